/// Small .npy files and labelled recordings for tests of the program; no LibTorch, so that they compile fast.
#pragma once

#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "lathe/base/files.h"
#include "lathe/base/rng.h"

namespace lathe::test {

/// Writes a C-ordered array; the type says which ("<f4", "<i8").
template <class T>
void write_array(const std::filesystem::path& path, const std::string& type, const std::vector<int64_t>& shape,
                 const std::vector<T>& values) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (";
  for (const int64_t size : shape) header += std::to_string(size) + ",";
  header += "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  write_atomic(path, bytes);
}

/// The values behind a version 1.0 header.
template <class T>
std::vector<T> read_array(const std::filesystem::path& path) {
  const std::string bytes = read_text(path);
  const size_t start = 10 + static_cast<uint8_t>(bytes[8]) + 256 * static_cast<size_t>(static_cast<uint8_t>(bytes[9]));
  std::vector<T> values((bytes.size() - start) / sizeof(T));
  std::memcpy(values.data(), bytes.data() + start, values.size() * sizeof(T));
  return values;
}

constexpr int64_t kWindows = 8, kSamples = 160;

struct Recordings {
  std::vector<float> inputs, labels;  ///< [kWindows, kSamples]
  std::vector<int64_t> classes;       ///< [kWindows]
};

/// Sines whose second half is noise in every window but the first; the noise is labelled 1.
inline Recordings recordings() {
  Rng rng(5);
  Recordings made;
  for (int64_t row = 0; row < kWindows; ++row) {
    made.classes.push_back(row % 3);
    for (int64_t t = 0; t < kSamples; ++t) {
      const bool noisy = row > 0 && t >= kSamples / 2;
      made.inputs.push_back(static_cast<float>(noisy ? rng.normal() : std::sin(0.2 * static_cast<double>(t + row))));
      made.labels.push_back(noisy ? 1 : 0);
    }
  }
  return made;
}

/// x.npy [8, 160], y.npy the same, classes.npy [8].
inline void write_recordings(const std::filesystem::path& folder, const Recordings& made) {
  write_array(folder / "x.npy", "<f4", {kWindows, kSamples}, made.inputs);
  write_array(folder / "y.npy", "<f4", {kWindows, kSamples}, made.labels);
  write_array(folder / "classes.npy", "<i8", {kWindows}, made.classes);
}

}  // namespace lathe::test
