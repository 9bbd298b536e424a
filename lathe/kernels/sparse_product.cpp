#include "lathe/kernels/sparse_product.h"

#include "lathe/base/errors.h"
#include "lathe/kernels/loops.h"

namespace lathe {

SparseMatrix SparseMatrix::of(const float* weight, int64_t rows, int64_t columns) {
  check(columns <= INT32_MAX, "sparse product: {} columns (expected at most {})", columns, INT32_MAX);
  SparseMatrix matrix{.rows = rows, .columns = columns, .first = {0}, .column = {}, .value = {}};
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column)
      if (const float value = weight[row * columns + column]; value != 0) {
        matrix.column.push_back(static_cast<int32_t>(column));
        matrix.value.push_back(value);
      }
    matrix.first.push_back(std::ssize(matrix.value));
  }
  return matrix;
}

void sparse_product(const SparseMatrix& weight, const float* x, int64_t width, float* y,
                    std::optional<SimdLevel> simd) {
  const kernels::SparseLoops& loops = kernels::sparse_loops(simd.value_or(best_simd_level()));
  constexpr int64_t kBlock = 256;  // positions: what of x is used stays in the cache from row to row
  for (int64_t at = 0; at < width; at += kBlock) {
    const int64_t block = width - at < kBlock ? width - at : kBlock;
    for (int64_t row = 0; row < weight.rows; ++row) {
      const int64_t first = weight.first[static_cast<size_t>(row)];
      const int64_t count = weight.first[static_cast<size_t>(row) + 1] - first;
      loops.row(weight.value.data() + first, weight.column.data() + first, count, x + at, width, block,
                y + row * width + at);
    }
  }
}

}  // namespace lathe
