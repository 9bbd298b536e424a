/// Several files as one array: what a folder of batches or a pattern with `*` stands for.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "lathe/data/readers/readers.h"

namespace lathe {

/// The rows of all files in their order, each with the name of its file. @throws Error where they do not fit together.
Array join_arrays(const std::vector<std::filesystem::path>& paths,
                  const std::function<Array(const std::filesystem::path&)>& open);

/// The files that a name with `*`, `?` or `[…]` in its last part matches, sorted.
std::vector<std::filesystem::path> matching_files(const std::filesystem::path& pattern);
bool is_pattern(const std::filesystem::path& path);

}  // namespace lathe
