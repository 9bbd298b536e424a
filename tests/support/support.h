/// What tests of every folder share: scratch folders, whole-sentence errors, the real data where it is there.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "lathe/base/errors.h"

namespace lathe::test {

/// A folder that is removed when the test ends.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The sentence of the Error that `work` throws; "(no error)" when it throws none.
std::string error_of(const std::function<void()>& work);

/// $LATHE_DATA, else ../shared/data beside the checkout; nothing where neither is there.
std::optional<std::filesystem::path> real_data();
/// The checkout's root and the build folder.
std::filesystem::path source_folder();
std::filesystem::path build_folder();

}  // namespace lathe::test

/// Ends the test as skipped, with the reason, where the real recordings are not on this machine.
#define LATHE_NEEDS_REAL_DATA(folder, name)                                                                      \
  if (!lathe::test::real_data() || !std::filesystem::exists(*lathe::test::real_data() / (name)))                 \
    GTEST_SKIP() << "needs the real recordings '" << (name) << "': set LATHE_DATA to the folder that holds them"; \
  const std::filesystem::path folder = *lathe::test::real_data() / (name)
