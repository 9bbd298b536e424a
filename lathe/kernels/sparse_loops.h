/// One row of a sparse matrix times a block of a dense one. Included once for each instruction set; must not call
/// inline functions of the standard library (see loops.h).
#pragma once

#include "lathe/kernels/loops.h"
#include "lathe/kernels/vector.h"

namespace lathe::kernels::LATHE_SIMD {

/// `vectors` at once, all in registers while the row's values go by.
template <int vectors>
static LATHE_INLINE void strip(const float* value, const int32_t* column, int64_t count, const float* x,
                               int64_t x_stride, float* y) {
  Vector sum[vectors] = {};
  for (int64_t i = 0; i < count; ++i) {
    const float* from = x + column[i] * x_stride;
    const Vector weight = all(value[i]);
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sum[v] += weight * load(from + v * lanes);
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) store(y + v * lanes, sum[v]);
}

/// One place: eight sums side by side, or each addition would wait for the one before.
static LATHE_INLINE float single(const float* value, const int32_t* column, int64_t count, const float* x,
                                 int64_t x_stride) {
  float sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
#pragma GCC unroll 8
    for (int k = 0; k < 8; ++k) sums[k] += value[i + k] * x[column[i + k] * x_stride];
  for (; i < count; ++i) sums[0] += value[i] * x[column[i] * x_stride];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static void sparse_row(const float* value, const int32_t* column, int64_t count, const float* x, int64_t x_stride,
                       int64_t width, float* y) {
  int64_t at = 0;
  for (; at + 8 * lanes <= width; at += 8 * lanes) strip<8>(value, column, count, x + at, x_stride, y + at);
  for (; at + lanes <= width; at += lanes) strip<1>(value, column, count, x + at, x_stride, y + at);
  for (; at < width; ++at) y[at] = single(value, column, count, x + at, x_stride);
}

static constexpr SparseLoops sparse_table = {sparse_row};

}  // namespace lathe::kernels::LATHE_SIMD
