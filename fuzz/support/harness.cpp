/// libFuzzer's entry points around a harness.
#include "fuzz/support/harness.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <system_error>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"

namespace lathe::fuzz {
namespace fs = std::filesystem;

namespace {

/// In memory where the system has such a folder: a file is written for every run.
fs::path scratch_file() {
  const fs::path memory = "/dev/shm";
  const fs::path folder = ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
  return folder / ("lathe-fuzz-" + std::to_string(::getpid()));
}

struct Scratch {
  fs::path path;
  ~Scratch() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

}  // namespace

std::vector<std::string> files_in(const std::string& folder, std::string_view ending) {
  std::vector<std::string> contents;
  for (const auto& entry : fs::directory_iterator(fs::path(LATHE_SOURCE_DIR) / folder))
    if (entry.path().string().ends_with(ending)) contents.push_back(read_text(entry.path()));
  return contents;
}

fs::path as_file(std::string_view bytes, const std::string& ending) {
  static Scratch scratch;
  if (scratch.path.empty()) scratch.path = scratch_file() += ending;
  std::ofstream file(scratch.path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  require(static_cast<bool>(file.flush()), "the scratch file cannot be written");
  return scratch.path;
}

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

}  // namespace lathe::fuzz

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  if (*count != 3 || std::string_view((*words)[1]) != "--seeds") return 0;
  const std::filesystem::path folder((*words)[2]);
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : lathe::fuzz::seeds())
    std::ofstream(folder / ("seed" + std::to_string(number++)), std::ios::binary) << seed;
  std::exit(0);
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  // Memory of exactly this size: a read behind the end is noticed.
  const std::unique_ptr<char[]> bytes(new char[size]);
  std::copy(data, data + size, bytes.get());
  try {
    lathe::fuzz::run({bytes.get(), size});
  } catch (const lathe::Error& error) {
    lathe::fuzz::require(error.what()[0] != '\0', "an error says nothing");
  }
  return 0;
}
