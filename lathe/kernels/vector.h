/// A vector of LATHE_LANES floats in the compilers' own notation (GCC, Clang), for the files that define
/// LATHE_LANES and LATHE_SIMD. Everything lives in a namespace of its own, so that no two copies can be mixed up.
#pragma once

#include <cstdint>
#include <utility>

#define LATHE_INLINE inline __attribute__((always_inline))

namespace lathe::kernels::LATHE_SIMD {

constexpr int64_t lanes = LATHE_LANES;
typedef float Vector __attribute__((vector_size(LATHE_LANES * 4)));
typedef int32_t Mask __attribute__((vector_size(LATHE_LANES * 4)));

LATHE_INLINE Vector load(const float* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
LATHE_INLINE void store(float* to, Vector v) {
  __builtin_memcpy(to, &v, sizeof v);
}
LATHE_INLINE Mask load_bits(const uint32_t* from) {
  Mask v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
LATHE_INLINE void store_bits(uint32_t* to, Mask v) {
  __builtin_memcpy(to, &v, sizeof v);
}
LATHE_INLINE Vector all(float value) {
  return value - Vector{};
}  // minus zero changes nothing, so no instruction
/// `value` where the mask is not set, else 0.
LATHE_INLINE Vector unless(Mask mask, Vector value) {
  return reinterpret_cast<Vector>(~mask & reinterpret_cast<Mask>(value));
}

/// min(value, 0); not a number stays so.
LATHE_INLINE Vector negative_part(Vector value) {
  return Vector{} < value ? Vector{} : value;
}
LATHE_INLINE Mask sign_to_bit(Vector value, int bit) {
  typedef uint32_t Bits __attribute__((vector_size(LATHE_LANES * 4)));
  return reinterpret_cast<Mask>((reinterpret_cast<Bits>(value) & 0x80000000u) >> (31 - bit));
}
/// `value` where the bit is set, else 0.
LATHE_INLINE Vector where_bit(Mask bits, int bit, Vector value) {
  return unless((bits & static_cast<int>(1u << bit)) == 0, value);
}

template <int... i>
LATHE_INLINE Vector interleave_low(Vector a, Vector b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (i / 2 + i % 2 * LATHE_LANES)...);
}
template <int... i>
LATHE_INLINE Vector interleave_high(Vector a, Vector b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (LATHE_LANES / 2 + i / 2 + i % 2 * LATHE_LANES)...);
}

/// Transposes a square of lanes x lanes: log2(lanes) perfect shuffles of the rows.
LATHE_INLINE void transpose(Vector (&rows)[LATHE_LANES]) {
  using Indices = std::make_integer_sequence<int, LATHE_LANES>;
#pragma GCC unroll 4
  for (int64_t round = 1; round < lanes; round *= 2) {
    Vector next[LATHE_LANES];
#pragma GCC unroll 8
    for (int64_t i = 0; i < lanes / 2; ++i) {
      next[2 * i] = interleave_low(rows[i], rows[i + lanes / 2], Indices{});
      next[2 * i + 1] = interleave_high(rows[i], rows[i + lanes / 2], Indices{});
    }
#pragma GCC unroll 16
    for (int64_t i = 0; i < lanes; ++i) rows[i] = next[i];
  }
}

}  // namespace lathe::kernels::LATHE_SIMD
