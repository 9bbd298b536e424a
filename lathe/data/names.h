/// The order of names of classes and groups: by size where all are whole numbers, else letter by letter.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace lathe {

/// The distinct names, in order: 2 before 10, "a10" before "a2". As NumPy's `unique` sorts integers, and words.
std::vector<std::string> distinct_names(std::span<const std::string> names);

}  // namespace lathe
