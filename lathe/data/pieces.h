/// Walks over a big tensor in small float64 pieces, so that a mapped file never lands in memory as a whole.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

#include "lathe/base/files.h"

namespace lathe::data_detail {

/// Calls `visit(row, first, data, length)` for stretches of the rows of `values` [N, ...], in order; `data` points at
/// `length` doubles, `first` counts within the row. Short rows come whole, long ones in several pieces. Of a map, what
/// was read is forgotten again.
template <class Visit>
void for_each_piece(const at::Tensor& values, Visit visit) {
  constexpr int64_t piece = 1 << 18;
  if (values.numel() == 0) return;
  const void* map = values.device().is_cpu() ? values.const_data_ptr() : nullptr;
  const int64_t row_numel = values.numel() / values.size(0);
  // Several short rows share one conversion: a row at a time would cost more than its work.
  const int64_t rows_at_once = std::max<int64_t>(1, piece / row_numel);
  for (int64_t row = 0; row < values.size(0); row += rows_at_once) {
    const at::Tensor block = values.narrow(0, row, std::min(rows_at_once, values.size(0) - row)).reshape({-1});
    for (int64_t first = 0; first < block.numel(); first += piece) {
      const at::Tensor part = block.narrow(0, first, std::min(piece, block.numel() - first));
      const at::Tensor wide = part.to(at::kCPU, at::kDouble).contiguous();
      const double* data = wide.const_data_ptr<double>();
      for (int64_t at = 0; at < wide.numel();) {
        const int64_t in_row = (first + at) % row_numel;
        const int64_t length = std::min(row_numel - in_row, wide.numel() - at);
        visit(row + (first + at) / row_numel, in_row, data + at, length);
        at += length;
      }
    }
    if (map != nullptr) MappedFile::forget(map);
  }
}

}  // namespace lathe::data_detail
