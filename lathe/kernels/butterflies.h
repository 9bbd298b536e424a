/// Complex vectors, and the passes of radix 4 and 8 that the transforms are made of. Included once for each
/// instruction set.
#pragma once

#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/vector.h"

namespace lathe::kernels::LATHE_SIMD {

struct Complex {
  Vector re, im;
};

LATHE_INLINE Complex load_complex(const float* from) {
  return {load(from), load(from + lanes)};
}
LATHE_INLINE void store_complex(float* to, Complex a) {
  store(to, a.re);
  store(to + lanes, a.im);
}
LATHE_INLINE Complex operator+(Complex a, Complex b) {
  return {a.re + b.re, a.im + b.im};
}
LATHE_INLINE Complex operator-(Complex a, Complex b) {
  return {a.re - b.re, a.im - b.im};
}
LATHE_INLINE Complex times(Complex a, float re, float im) {
  const Vector c = all(re), s = all(im);
  return {a.re * c - a.im * s, a.re * s + a.im * c};
}
LATHE_INLINE Complex times_conjugate(Complex a, float re, float im) {
  const Vector c = all(re), s = all(im);
  return {a.re * c + a.im * s, a.im * c - a.re * s};
}
/// a * -i in the forward direction, a * i in the inverse one.
template <bool inverse>
LATHE_INLINE Complex turn(Complex a) {
  if constexpr (inverse) return {-a.im, a.re};
  return {a.im, -a.re};
}

template <bool inverse>
LATHE_INLINE void butterfly(Complex& a0, Complex& a1, Complex& a2, Complex& a3) {
  const Complex s = a0 + a2, d = a0 - a2, t = a1 + a3, e = a1 - a3;
  a0 = s + t;
  a2 = s - t;
  const Complex plus = {d.re + e.im, d.im - e.re}, minus = {d.re - e.im, d.im + e.re};
  a1 = inverse ? minus : plus;
  a3 = inverse ? plus : minus;
}

template <bool inverse>
LATHE_INLINE void butterfly(Complex (&a)[4]) {
  butterfly<inverse>(a[0], a[1], a[2], a[3]);
}

/// Two butterflies of four, joined by the eighth roots of one; the roots' common factor goes into multiply-adds.
template <bool inverse>
LATHE_INLINE void butterfly(Complex (&a)[8]) {
  const Vector h = all(0.70710678118654752440f);
  butterfly<inverse>(a[0], a[2], a[4], a[6]);
  butterfly<inverse>(a[1], a[3], a[5], a[7]);
  const Complex e[4] = {a[0], a[2], a[4], a[6]}, o[4] = {a[1], a[3], a[5], a[7]};
  const Complex o1 = o[1] + turn<inverse>(o[1]), o2 = turn<inverse>(o[2]), o3 = turn<inverse>(o[3]) - o[3];
  a[0] = e[0] + o[0];
  a[4] = e[0] - o[0];
  a[1] = {e[1].re + h * o1.re, e[1].im + h * o1.im};
  a[5] = {e[1].re - h * o1.re, e[1].im - h * o1.im};
  a[2] = e[2] + o2;
  a[6] = e[2] - o2;
  a[3] = {e[3].re + h * o3.re, e[3].im + h * o3.im};
  a[7] = {e[3].re - h * o3.re, e[3].im - h * o3.im};
}

/// Multiplies a[1] … by a row of twiddle factors (their conjugates in the inverse direction).
template <bool inverse, int radix>
LATHE_INLINE void twist(Complex (&a)[radix], const float* twiddles) {
#pragma GCC unroll 8
  for (int p = 1; p < radix; ++p) {
    const float re = twiddles[2 * p - 2], im = twiddles[2 * p - 1];
    a[p] = inverse ? times_conjugate(a[p], re, im) : times(a[p], re, im);
  }
}

/// One pass in place over a row of `count` elements.
template <int radix, bool inverse>
inline void middle_pass(const FftPass& pass, int64_t count, float* row) {
  constexpr int64_t element = 2 * lanes;
  const int64_t part = pass.size / radix;
  for (int64_t base = 0; base < count; base += pass.size) {
    for (int64_t j = 0; j < part; ++j) {
      float* at = row + (base + j) * element;
      const float* twiddles = pass.twiddles + j * (radix - 1) * 2;
      Complex a[radix];
#pragma GCC unroll 8
      for (int q = 0; q < radix; ++q) a[q] = load_complex(at + q * part * element);
      if constexpr (inverse) twist<true>(a, twiddles);
      butterfly<inverse>(a);
      if constexpr (!inverse) twist<false>(a, twiddles);
#pragma GCC unroll 8
      for (int q = 0; q < radix; ++q) store_complex(at + q * part * element, a[q]);
    }
  }
}

}  // namespace lathe::kernels::LATHE_SIMD
