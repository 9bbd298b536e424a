/// Rows of a tensor that are too many to copy into memory: copied into a temporary file that is mapped instead. The
/// file has no name any more when this returns, so nothing is left behind, however the program ends.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <span>

namespace lathe {

/// @param rows    in the order wanted
/// @param folder  on a disk with room for them
/// @return [rows, …], read-only: writing to it ends the program
/// @throws Error for a row that is not there, or a folder that cannot be written to
at::Tensor spill_rows(const at::Tensor& values, std::span<const int64_t> rows, const std::filesystem::path& folder);

}  // namespace lathe
