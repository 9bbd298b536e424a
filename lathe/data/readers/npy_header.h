/// The text header of a .npy file, apart from the numbers behind it; a parser of its own, so that it can be fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lathe {

struct NpyHeader {
  std::string descr;  ///< as '<f8': byte order, kind, bytes an item
  bool fortran_order = false;
  std::vector<int64_t> shape;
  size_t data_offset = 0;  ///< of the first number in the file
};

/// @throws Error without the file's name: the caller knows it.
NpyHeader parse_npy_header(std::span<const std::byte> file);

}  // namespace lathe
