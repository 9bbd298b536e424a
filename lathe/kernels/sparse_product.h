/// A sparse matrix times a dense one: what linear layers and convolutions as matrices are where most weights are 0. On
/// raw floats; no tensors here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lathe/kernels/simd.h"

namespace lathe {

/// Rows as runs of what is not 0 (CSR).
struct SparseMatrix {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> first;   ///< [rows + 1], where each row's values begin
  std::vector<int32_t> column;  ///< one a value
  std::vector<float> value;

  /// @param weight  [rows, columns], contiguous
  static SparseMatrix of(const float* weight, int64_t rows, int64_t columns);
};

/// y = W · x.
/// @param x     [columns, width], contiguous: a column a position, or a row of the batch
/// @param y     [rows, width], contiguous, written
/// @param simd  unset: the best that there is
void sparse_product(const SparseMatrix& weight, const float* x, int64_t width, float* y,
                    std::optional<SimdLevel> simd = std::nullopt);

}  // namespace lathe
