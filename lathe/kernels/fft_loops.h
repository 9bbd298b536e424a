/// The transforms of fft_plan.h and what is fused with their first and last passes. Included once for each
/// instruction set.
#pragma once

#include "lathe/kernels/butterflies.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels::LATHE_SIMD {

constexpr int64_t element = 2 * lanes;  // floats of one complex vector

/// The passes of one row of the work buffer from the time side to the frequency side; bins(i, values) takes eight
/// neighbours of the row's spectrum.
template <class Bins>
LATHE_INLINE void forward_row(const FftPlan& plan, float* row, const Bins& bins) {
  for (int i = 0; i < plan.middles; ++i) {
    const FftPass& pass = plan.middle[i];
    pass.radix == 8 ? middle_pass<8, false>(pass, plan.row, row) : middle_pass<4, false>(pass, plan.row, row);
  }
  for (int64_t i = 0; i < plan.row; i += 8) {
    Complex a[8];
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) a[p] = load_complex(row + (i + p) * element);
    butterfly<false>(a);
    bins(i, a);
  }
}

/// The way back; bins(i, values) fills in eight neighbours of the row's spectrum.
template <class Bins>
LATHE_INLINE void inverse_row(const FftPlan& plan, float* row, const Bins& bins) {
  for (int64_t i = 0; i < plan.row; i += 8) {
    Complex a[8];
    bins(i, a);
    butterfly<true>(a);
#pragma GCC unroll 8
    for (int p = 0; p < 8; ++p) store_complex(row + (i + p) * element, a[p]);
  }
  for (int i = plan.middles - 1; i >= 0; --i) {
    const FftPass& pass = plan.middle[i];
    pass.radix == 8 ? middle_pass<8, true>(pass, plan.row, row) : middle_pass<4, true>(pass, plan.row, row);
  }
}

/// Calls work(constant radix, constant full, begin, end) for the stretches of columns j in which the rows 0 … full-1 of
/// the time pass hold samples below `valid`: the others are known to be zero, or not wanted.
template <int radix, int full = radix, class Work>
LATHE_INLINE void with_rows(int64_t full_rows, const Work& work, int64_t begin, int64_t end) {
  if constexpr (full > 1) {
    if (full_rows < full) return with_rows<radix, full - 1>(full_rows, work, begin, end);
  }
  work(std::integral_constant<int, radix>{}, std::integral_constant<int, full>{}, begin, end);
}

template <class Work>
LATHE_INLINE void with_columns(const FftPlan& plan, int64_t valid, const Work& work) {
  constexpr int64_t step = 4;  // columns that share one word of the mask
  const int64_t full = valid / plan.row;
  const int64_t longer = (valid % plan.row + step - 1) / step * step;
  const auto both = [&](auto radix) {
    if (longer > 0) with_rows<radix.value>(full + 1, work, 0, longer);
    if (longer < plan.row && full > 0) with_rows<radix.value>(full, work, longer, plan.row);
  };
  plan.rows == 8 ? both(std::integral_constant<int, 8>{}) : both(std::integral_constant<int, 4>{});
}

inline void forward(const FftPlan& plan, const float* signal, float* work, float* spectrum) {
  const int64_t stride = plan.row + 1;
  with_columns(plan, plan.size, [&](auto radix, auto, int64_t begin, int64_t end) {
    for (int64_t j = begin; j < end; ++j) {
      Complex a[radix.value];
#pragma GCC unroll 8
      for (int q = 0; q < radix.value; ++q) a[q] = load_complex(signal + (j + plan.row * q) * element);
      butterfly<false>(a);
      twist<false>(a, plan.time.twiddles + j * (radix.value - 1) * 2);
#pragma GCC unroll 8
      for (int q = 0; q < radix.value; ++q) store_complex(work + (j + stride * q) * element, a[q]);
    }
  });
  for (int64_t q = 0; q < plan.rows; ++q) {
    float* to = spectrum + q * plan.row * element;
    forward_row(plan, work + q * stride * element, [&](int64_t i, const Complex(&a)[8]) {
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) store_complex(to + (i + p) * element, a[p]);
    });
  }
}

inline void inverse(const FftPlan& plan, const float* spectrum, float* work, float* signal) {
  const int64_t stride = plan.row + 1;
  for (int64_t q = 0; q < plan.rows; ++q) {
    const float* from = spectrum + q * plan.row * element;
    inverse_row(plan, work + q * stride * element, [&](int64_t i, Complex(&a)[8]) {
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) a[p] = load_complex(from + (i + p) * element);
    });
  }
  with_columns(plan, plan.size, [&](auto radix, auto, int64_t begin, int64_t end) {
    for (int64_t j = begin; j < end; ++j) {
      Complex a[radix.value];
#pragma GCC unroll 8
      for (int q = 0; q < radix.value; ++q) a[q] = load_complex(work + (j + stride * q) * element);
      twist<true>(a, plan.time.twiddles + j * (radix.value - 1) * 2);
      butterfly<true>(a);
#pragma GCC unroll 8
      for (int q = 0; q < radix.value; ++q) store_complex(signal + (j + plan.row * q) * element, a[q]);
    }
  });
}

/// The time pass of `respond`: the last butterfly, bias, ReLU, mixing weight and sum.
template <int radix, int full, bool keep>
inline void respond_columns(const FftPlan& plan, int64_t begin, int64_t end, float bias, float mix, const float* work,
                            float* z, uint32_t* off) {
  constexpr int64_t columns = 16 / radix;  // that share one word of the mask
  const int64_t stride = plan.row + 1;
  const Vector shift = all(bias), weight = all(mix);
  for (int64_t j0 = begin; j0 < end; j0 += columns) {
    Mask bits = {};
#pragma GCC unroll 4
    for (int64_t c = 0; c < columns; ++c) {
      const int64_t j = j0 + c;
      Complex a[radix];
#pragma GCC unroll 8
      for (int q = 0; q < radix; ++q) a[q] = load_complex(work + (j + stride * q) * element);
      twist<true>(a, plan.time.twiddles + j * (radix - 1) * 2);
      butterfly<true>(a);
#pragma GCC unroll 8
      for (int q = 0; q < full; ++q) {
        float* to = z + (j + plan.row * q) * element;
        const Complex u = {a[q].re + shift, a[q].im + shift};
        const Mask gone_re = u.re <= 0, gone_im = u.im <= 0;
        store(to, load(to) + weight * unless(gone_re, u.re));
        store(to + lanes, load(to + lanes) + weight * unless(gone_im, u.im));
        if constexpr (keep) {
          const int bit = static_cast<int>(c * radix + q) * 2;
          bits |= (gone_re & (1 << bit)) | (gone_im & static_cast<int>(2u << bit));
        }
      }
    }
    if constexpr (keep) store_bits(off + j0 / columns * lanes, bits);
  }
}

inline void respond(const FftPlan& plan, const float* x, const float* kernel, float bias, float mix, int64_t valid,
                    float* work, float* z, uint32_t* off) {
  for (int64_t q = 0; q < plan.rows; ++q) {
    const float* x_row = x + q * plan.row * element;
    const float* kernel_row = kernel + q * plan.row * 2;
    inverse_row(plan, work + q * (plan.row + 1) * element, [&](int64_t i, Complex(&a)[8]) {
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) {
        a[p] = times(load_complex(x_row + (i + p) * element), kernel_row[2 * (i + p)], kernel_row[2 * (i + p) + 1]);
      }
    });
  }
  with_columns(plan, valid, [&](auto radix, auto full, int64_t begin, int64_t end) {
    if (off) {
      respond_columns<radix.value, full.value, true>(plan, begin, end, bias, mix, work, z, off);
    } else {
      respond_columns<radix.value, full.value, false>(plan, begin, end, bias, mix, work, z, off);
    }
  });
}

/// The time pass of `gather`: the mask and the first butterfly.
template <int radix, int full>
inline void gather_columns(const FftPlan& plan, int64_t begin, int64_t end, const float* dz, const uint32_t* off,
                           float* work) {
  constexpr int64_t columns = 16 / radix;
  const int64_t stride = plan.row + 1;
  for (int64_t j0 = begin; j0 < end; j0 += columns) {
    const Mask bits = load_bits(off + j0 / columns * lanes);
#pragma GCC unroll 4
    for (int64_t c = 0; c < columns; ++c) {
      const int64_t j = j0 + c;
      Complex a[radix];
#pragma GCC unroll 8
      for (int q = 0; q < radix; ++q) {
        if (q >= full) {
          a[q] = {Vector{}, Vector{}};
          continue;
        }
        const int bit = static_cast<int>(c * radix + q) * 2;
        const Complex g = load_complex(dz + (j + plan.row * q) * element);
        a[q] = {unless((bits & (1 << bit)) != 0, g.re), unless((bits & static_cast<int>(2u << bit)) != 0, g.im)};
      }
      butterfly<false>(a);
      twist<false>(a, plan.time.twiddles + j * (radix - 1) * 2);
#pragma GCC unroll 8
      for (int q = 0; q < radix; ++q) store_complex(work + (j + stride * q) * element, a[q]);
    }
  }
}

inline void gather(const FftPlan& plan, const float* dz, const uint32_t* off, int64_t valid, const float* x,
                   float* work, float* sums, float* total, const float* kernel, float mix, float* dx) {
  if (valid < plan.row) {  // the columns that with_columns passes over
    for (int64_t q = 0; q < plan.rows; ++q) {
      float* row = work + q * (plan.row + 1) * element;
      for (int64_t i = valid * element; i < plan.row * element; i += lanes) store(row + i, Vector{});
    }
  }
  with_columns(plan, valid, [&](auto radix, auto full, int64_t begin, int64_t end) {
    gather_columns<radix.value, full.value>(plan, begin, end, dz, off, work);
  });
  for (int64_t q = 0; q < plan.rows; ++q) {
    const int64_t at = q * plan.row;
    forward_row(plan, work + q * (plan.row + 1) * element, [&](int64_t i, const Complex(&g)[8]) {
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) {
        float* to = sums + (at + i + p) * element;
        const Complex signal = load_complex(x + (at + i + p) * element);
        const Complex sum = load_complex(to);
        store_complex(to, {sum.re + g[p].re * signal.re + g[p].im * signal.im,
                           sum.im + g[p].re * signal.im - g[p].im * signal.re});
      }
      if (at + i == 0) {
        const Complex sum = load_complex(total);
        store_complex(total, {sum.re + g[0].re, sum.im + g[0].im});
      }
      if (dx) {
#pragma GCC unroll 8
        for (int p = 0; p < 8; ++p) {
          const float* bin = kernel + 2 * (at + i + p);
          float* to = dx + (at + i + p) * element;
          const Complex spread = times(g[p], mix * bin[0], -mix * bin[1]);
          const Complex sum = load_complex(to);
          store_complex(to, {sum.re + spread.re, sum.im + spread.im});
        }
      }
    });
  }
}

inline void to_lanes(const float* rows, int64_t row_stride, int64_t count, float* signal) {
  for (int part = 0; part < 2; ++part) {
    const float* from = rows + part * lanes * row_stride;
    for (int64_t t = 0; t < count; t += lanes) {
      Vector square[lanes];
#pragma GCC unroll 16
      for (int64_t i = 0; i < lanes; ++i) square[i] = load(from + i * row_stride + t);
      transpose(square);
#pragma GCC unroll 16
      for (int64_t i = 0; i < lanes; ++i) store(signal + (t + i) * element + part * lanes, square[i]);
    }
  }
}

inline void from_lanes(const float* signal, int64_t count, float* rows, int64_t row_stride) {
  for (int part = 0; part < 2; ++part) {
    float* to = rows + part * lanes * row_stride;
    for (int64_t t = 0; t < count; t += lanes) {
      Vector square[lanes];
#pragma GCC unroll 16
      for (int64_t i = 0; i < lanes; ++i) square[i] = load(signal + (t + i) * element + part * lanes);
      transpose(square);
#pragma GCC unroll 16
      for (int64_t i = 0; i < lanes; ++i) store(to + i * row_stride + t, square[i]);
    }
  }
}

inline void add_lanes(const float* signal, int64_t count, float* sums) {
  for (int64_t i = 0; i < count; i += lanes) {
    Vector square[lanes];
#pragma GCC unroll 16
    for (int64_t k = 0; k < lanes; ++k) square[k] = load(signal + (i + k) * lanes);
    transpose(square);
    Vector sum = load(sums + i);
#pragma GCC unroll 16
    for (int64_t k = 0; k < lanes; ++k) sum += square[k];
    store(sums + i, sum);
  }
}

constexpr FftLoops fft_table = {lanes, to_lanes, from_lanes, forward, inverse, respond, gather, add_lanes};

}  // namespace lathe::kernels::LATHE_SIMD
