/// .npy files of what write_npy does not write, byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lathe::test {

/// @param shape  as NumPy writes it between parentheses: "3," or "2, 4"
inline std::string npy_bytes(const std::string& descr, const std::string& shape, const std::string& items) {
  std::string dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  dict.resize((10 + dict.size() + 64) / 64 * 64 - 10, ' ');
  dict.back() = '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dict.size() & 0xff);
  bytes += static_cast<char>(dict.size() >> 8);
  return bytes + dict + items;
}

/// Little-endian.
inline std::string int64s(const std::vector<int64_t>& values) {
  std::string bytes;
  for (const int64_t value : values)
    for (int shift = 0; shift < 64; shift += 8)
      bytes += static_cast<char>(static_cast<uint64_t>(value) >> shift & 0xff);
  return bytes;
}

/// UTF-8 words of up to three bytes a letter as items of UTF-32.
inline std::string utf32(const std::vector<std::string>& words, size_t letters) {
  std::string bytes;
  for (const std::string& word : words) {
    std::vector<uint32_t> points;
    for (const char letter : word) {
      const auto byte = static_cast<unsigned char>(letter);
      if ((byte & 0xc0) == 0x80)
        points.back() = points.back() << 6 | (byte & 0x3f);
      else
        points.push_back(byte < 0x80 ? byte : byte < 0xe0 ? byte & 0x1f : byte & 0x0f);
    }
    points.resize(letters);
    for (const uint32_t point : points)
      for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(point >> shift & 0xff);
  }
  return bytes;
}

}  // namespace lathe::test
