/// Array files by their ending: one entry a format, a file each. What the numbers mean is the caller's business.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/base/registry.h"

namespace lathe {

struct Array {
  at::Tensor values;                 ///< may be a map of the file: read it, never write to it
  std::vector<std::string> columns;  ///< names of the last axis, or empty
};

struct Reader {
  std::string_view name;
  std::string_view summary;
  std::string_view endings;  ///< for people
  bool (*accepts)(const std::filesystem::path& path);
  Array (*open)(const std::filesystem::path& path);
};

const Registry<Reader>& readers();

/// Opens a file with the reader that accepts its name. @throws Error (unsupported) when none does.
Array open_array(const std::filesystem::path& path);

}  // namespace lathe
