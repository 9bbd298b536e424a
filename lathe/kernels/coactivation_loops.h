/// Bits of 32 rows in a word, and counts of bits that two words share. Included once for each instruction set, which
/// says how bits are counted; must not call inline functions of the standard library (see loops.h).
#pragma once

#include <cstdint>

#include "lathe/kernels/loops.h"

namespace lathe::kernels::LATHE_SIMD {

typedef uint32_t Words __attribute__((vector_size(LATHE_LANES * 4)));
typedef float Floats __attribute__((vector_size(LATHE_LANES * 4)));

/// Defined by the file that includes this one: the number of bits in each word.
static inline __attribute__((always_inline)) Words bits_of(Words words);

template <class V, class T>
static inline __attribute__((always_inline)) V read(const T* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

static void pack(const float* rows, int64_t row_stride, int64_t count, int64_t positions, float threshold,
                 uint32_t* words) {
  int64_t p = 0;
  for (; p + LATHE_LANES <= positions; p += LATHE_LANES) {
    Words packed = {};
    for (int64_t row = 0; row < count; ++row) {
      const auto active = read<Floats>(rows + row * row_stride + p) > threshold;
      packed |= reinterpret_cast<Words>(active) & (uint32_t{1} << row);
    }
    __builtin_memcpy(words + p, &packed, sizeof packed);
  }
  for (; p < positions; ++p) {
    uint32_t packed = 0;
    for (int64_t row = 0; row < count; ++row)
      packed |= static_cast<uint32_t>(rows[row * row_stride + p] > threshold) << row;
    words[p] = packed;
  }
}

template <int ones>
static void count_tile(const CoactivationPairs& pairs, const uint32_t* one, int64_t one_stride, const uint32_t* many,
                       int64_t many_stride, int32_t* sums, int64_t sums_stride) {
  Words total[ones] = {};
  for (int64_t p = 0; p < pairs.count; ++p) {
    const Words shared = read<Words>(many + pairs.many[p] * many_stride);
    const uint32_t* word = one + pairs.one[p];
#pragma GCC unroll 8
    for (int i = 0; i < ones; ++i) total[i] += bits_of(shared & word[i * one_stride]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < ones; ++i) {
    const Words sum = read<Words>(sums + i * sums_stride) + total[i];
    __builtin_memcpy(sums + i * sums_stride, &sum, sizeof sum);
  }
}

static void count(const CoactivationPairs& pairs, const uint32_t* one, int64_t one_stride, int64_t ones,
                  const uint32_t* many, int64_t many_stride, int32_t* sums, int64_t sums_stride) {
  if (ones == 8) return count_tile<8>(pairs, one, one_stride, many, many_stride, sums, sums_stride);
  for (int64_t i = 0; i < ones; ++i)
    count_tile<1>(pairs, one + i * one_stride, one_stride, many, many_stride, sums + i * sums_stride, sums_stride);
}

static constexpr CoactivationLoops coactivation_table = {LATHE_LANES, pack, count};

}  // namespace lathe::kernels::LATHE_SIMD
