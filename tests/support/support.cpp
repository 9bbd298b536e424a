#include "tests/support/support.h"

#include <stdlib.h>

#include <cstdlib>

namespace lathe::test {
namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "lathe-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

std::optional<fs::path> real_data() {
  if (const char* given = std::getenv("LATHE_DATA"); given != nullptr && fs::exists(given)) return fs::path(given);
  const fs::path beside = source_folder().parent_path() / "shared" / "data";
  if (fs::exists(beside)) return beside;
  return std::nullopt;
}

fs::path source_folder() { return LATHE_SOURCE_DIR; }
fs::path build_folder() { return LATHE_BINARY_DIR; }

}  // namespace lathe::test
