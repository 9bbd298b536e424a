/// NumPy's .npy arrays: format versions 1.0 to 3.0, plain numbers, both memory orders. No pickles, no records, no text.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

#include "lathe/data/readers/readers.h"

namespace lathe {

bool accepts_npy(const std::filesystem::path& path);

/// Opens the array without reading it: the tensor is a view of the mapped file, whose pages are read when touched and
/// cost no memory of the process's own. Copied instead: big-endian files, bool, uint16 (to int32), uint32 and uint64
/// (to int64), and arrays that do not start at a multiple of their item size.
/// The map is read-only: writing to the tensor ends the program. The file must not shrink while it is open.
Array open_npy(const std::filesystem::path& path);

/// Writes float16/32/64, int8/16/32/64, uint8 or bool, in C order, format 1.0; all of the file or none of it.
void write_npy(const std::filesystem::path& path, const at::Tensor& values);

}  // namespace lathe
