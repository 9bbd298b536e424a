/// Complex vectors, and the passes of radix 4 and 8 that the transforms are made of. Included once for each
/// instruction set.
#pragma once

#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/vector.h"

namespace lathe::kernels::LATHE_SIMD {

constexpr int64_t element = 2 * lanes;  // floats of one complex vector

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

/// Transforms of 4 and 8 elements: take(q) gives the q-th of them, put(p, value) receives the p-th of the spectrum.
/// Elements are taken and put one by one where the arithmetic wants them, so that few are alive in registers at a time:
/// compilers keep to that order.
template <int radix, bool inverse>
struct Butterfly;

template <bool inverse>
struct Butterfly<4, inverse> {
  template <class Take, class Put>
  static LATHE_INLINE void run(const Take& take, const Put& put) {
    const Complex a0 = take(0), a2 = take(2);
    const Complex s = a0 + a2, d = a0 - a2;
    const Complex a1 = take(1), a3 = take(3);
    const Complex t = a1 + a3, e = turn<inverse>(a1 - a3);
    put(0, s + t);
    put(2, s - t);
    put(1, d + e);
    put(3, d - e);
  }
};

/// Two transforms of four, joined by the eighth roots of one; the roots' common factor goes into multiply-adds.
template <bool inverse>
struct Butterfly<8, inverse> {
  template <class Take, class Put>
  static LATHE_INLINE void run(const Take& take, const Put& put) {
    Complex e[4], o[4];
    Butterfly<4, inverse>::run([&](int q) { return take(2 * q); }, [&](int p, Complex value) { e[p] = value; });
    Butterfly<4, inverse>::run([&](int q) { return take(2 * q + 1); }, [&](int p, Complex value) { o[p] = value; });
    const Vector h = all(0.70710678118654752440f);
    put(0, e[0] + o[0]);
    put(4, e[0] - o[0]);
    const Complex o1 = o[1] + turn<inverse>(o[1]);
    put(1, Complex{e[1].re + h * o1.re, e[1].im + h * o1.im});
    put(5, Complex{e[1].re - h * o1.re, e[1].im - h * o1.im});
    const Complex o2 = turn<inverse>(o[2]);
    put(2, e[2] + o2);
    put(6, e[2] - o2);
    const Complex o3 = turn<inverse>(o[3]) - o[3];
    put(3, Complex{e[3].re + h * o3.re, e[3].im + h * o3.im});
    put(7, Complex{e[3].re - h * o3.re, e[3].im - h * o3.im});
  }
};

/// a times the p-th of a row of twiddle factors, or its conjugate in the inverse direction; the 0-th is one.
template <bool inverse>
LATHE_INLINE Complex twist(Complex a, const float* twiddles, int p) {
  if (p == 0) return a;
  const float re = twiddles[2 * p - 2], im = twiddles[2 * p - 1];
  return inverse ? times_conjugate(a, re, im) : times(a, re, im);
}

/// One column of a pass: twiddle factors come before the butterfly in the inverse direction, behind it in the forward
/// one.
template <int radix, bool inverse, class Take, class Put>
LATHE_INLINE void twisted(const float* twiddles, const Take& take, const Put& put) {
  if constexpr (inverse) {
    Butterfly<radix, true>::run([&](int q) { return twist<true>(take(q), twiddles, q); }, put);
  } else {
    Butterfly<radix, false>::run(take, [&](int p, Complex value) { put(p, twist<false>(value, twiddles, p)); });
  }
}

/// One pass over the columns of `parts` neighbouring transforms of pass.size each.
template <int radix, bool inverse>
inline void whole_pass(const FftPass& pass, int64_t parts, const float* from, int64_t from_stride, float* to,
                       int64_t to_stride) {
  const int64_t columns = pass.size / radix;
  for (int64_t part = 0; part < parts; ++part) {
    for (int64_t j = 0; j < columns; ++j) {
      const float* a = from + (part * pass.size + j) * element;
      float* b = to + (part * pass.size + j) * element;
      twisted<radix, inverse>(
          pass.twiddles + j * (radix - 1) * 2, [&](int q) { return load_complex(a + q * from_stride); },
          [&](int p, Complex value) { store_complex(b + p * to_stride, value); });
    }
  }
}

template <bool inverse>
inline void run_pass(const FftPass& pass, int64_t parts, const float* from, int64_t from_stride, float* to,
                     int64_t to_stride) {
  (pass.radix == 8 ? whole_pass<8, inverse> : whole_pass<4, inverse>)(pass, parts, from, from_stride, to, to_stride);
}

}  // namespace lathe::kernels::LATHE_SIMD
