/// NumPy's .npy arrays of words ('<U20', '|S4') and of dates ('<M8[ns]'): labels, subjects and times beside numbers.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lathe {

/// False for other files, and for files that are not there.
bool holds_words(const std::filesystem::path& path);
bool holds_dates(const std::filesystem::path& path);

/// An array of one axis (or of one column), in UTF-8.
std::vector<std::string> read_words(const std::filesystem::path& path);
/// Dates in seconds, milliseconds, microseconds or nanoseconds, as seconds since 1970: [N] float64.
/// @throws Error for another unit, and for a row without a date (NaT)
at::Tensor read_dates(const std::filesystem::path& path);

}  // namespace lathe
