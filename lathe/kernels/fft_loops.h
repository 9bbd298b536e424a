/// The transforms of fft_plan.h and what is fused with their first and last passes. Included once for each
/// instruction set.
#pragma once

#include "lathe/kernels/butterflies.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels::LATHE_SIMD {

/// The passes of one row of the work buffer from the time side to the frequency side; put(i, value) receives the row's
/// spectrum.
template <class Put>
LATHE_INLINE void forward_row(const FftPlan& plan, float* row, const Put& put) {
  for (int i = 0; i < plan.middles; ++i) {
    const FftPass& pass = plan.middle[i];
    const int64_t stride = pass.size / pass.radix * element;
    run_pass<false>(pass, plan.row / pass.size, row, stride, row, stride);
  }
  for (int64_t i = 0; i < plan.row; i += 8) {
    Butterfly<8, false>::run([&](int q) { return load_complex(row + (i + q) * element); },
                             [&](int p, Complex value) { put(i + p, value); });
  }
}

/// The way back; take(i) gives the row's spectrum.
template <class Take>
LATHE_INLINE void inverse_row(const FftPlan& plan, float* row, const Take& take) {
  for (int64_t i = 0; i < plan.row; i += 8) {
    Butterfly<8, true>::run([&](int q) { return take(i + q); },
                            [&](int p, Complex value) { store_complex(row + (i + p) * element, value); });
  }
  for (int i = plan.middles - 1; i >= 0; --i) {
    const FftPass& pass = plan.middle[i];
    const int64_t stride = pass.size / pass.radix * element;
    run_pass<true>(pass, plan.row / pass.size, row, stride, row, stride);
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
  const int64_t row = plan.row * element, stride = row + element;
  run_pass<false>(plan.time, 1, signal, row, work, stride);
  for (int64_t q = 0; q < plan.rows; ++q) {
    forward_row(plan, work + q * stride,
                [&](int64_t i, Complex value) { store_complex(spectrum + q * row + i * element, value); });
  }
}

inline void inverse(const FftPlan& plan, const float* spectrum, float* work, float* signal) {
  const int64_t row = plan.row * element, stride = row + element;
  for (int64_t q = 0; q < plan.rows; ++q) {
    inverse_row(plan, work + q * stride, [&](int64_t i) { return load_complex(spectrum + q * row + i * element); });
  }
  run_pass<true>(plan.time, 1, work, stride, signal, row);
}

/// The last butterfly of a column, bias, ReLU, mixing weight and sum, all with the sign turned (see respond); returns
/// the column's bits of the mask.
template <int radix, int full>
LATHE_INLINE Mask respond_column(const FftPlan& plan, int64_t j, Vector bias, Vector mix, const float* work, float* z) {
  const int64_t row = plan.row * element, stride = row + element;
  const float* from = work + j * element;
  float* to = z + j * element;
  Mask bits = {};
  twisted<radix, true>(
      plan.time.twiddles + j * (radix - 1) * 2, [&](int q) { return load_complex(from + q * stride); },
      [&](int p, Complex value) {
        if (p >= full) return;
        const Complex u = {value.re + bias, value.im + bias};
        const Complex sum = load_complex(to + p * row);
        store_complex(to + p * row, {sum.re + mix * negative_part(u.re), sum.im + mix * negative_part(u.im)});
        bits |= sign_to_bit(u.re, 2 * p) | sign_to_bit(u.im, 2 * p + 1);
      });
  return bits;
}

/// The time pass of `respond`.
template <int radix, int full, bool keep>
inline void respond_columns(const FftPlan& plan, int64_t begin, int64_t end, float bias, float mix, const float* work,
                            float* z, uint32_t* on) {
  constexpr int64_t columns = 16 / radix;  // that share one word of the mask
  for (int64_t j = begin; j < end; j += columns) {
    Mask bits = {};
#pragma GCC unroll 4
    for (int c = 0; c < columns; ++c) {
      bits |= respond_column<radix, full>(plan, j + c, all(bias), all(mix), work, z) << (c * radix * 2);
    }
    if constexpr (keep) store_bits(on + j / columns * lanes, bits);
  }
}

/// Computes -u, whose sign bit is set exactly where u > 0 (0 - bias is never a negative zero, so neither is a sum of
/// zeros): the mask costs no comparison, and mix * relu(u) = -mix * min(-u, 0).
inline void respond(const FftPlan& plan, const float* x, const float* kernel, float bias, float mix, int64_t valid,
                    float* work, float* z, uint32_t* on) {
  for (int64_t q = 0; q < plan.rows; ++q) {
    const float* x_row = x + q * plan.row * element;
    const float* kernel_row = kernel + q * plan.row * 2;
    inverse_row(plan, work + q * (plan.row + 1) * element, [&](int64_t i) {
      return times(load_complex(x_row + i * element), kernel_row[2 * i], kernel_row[2 * i + 1]);
    });
  }
  with_columns(plan, valid, [&](auto radix, auto full, int64_t begin, int64_t end) {
    if (on) {
      respond_columns<radix.value, full.value, true>(plan, begin, end, 0 - bias, -mix, work, z, on);
    } else {
      respond_columns<radix.value, full.value, false>(plan, begin, end, 0 - bias, -mix, work, z, on);
    }
  });
}

/// The time pass of `gather`: the mask and the first butterfly of one group's columns.
template <int radix, int full>
inline void gather_columns(const FftPlan& plan, int64_t begin, int64_t end, const float* dz, const uint32_t* on,
                           float* work) {
  constexpr int64_t columns = 16 / radix;
  const int64_t row = plan.row * element, stride = row + element;
  for (int64_t j0 = begin; j0 < end; j0 += columns) {
    const Mask bits = load_bits(on + j0 / columns * lanes);
#pragma GCC unroll 4
    for (int c = 0; c < columns; ++c) {
      const int64_t j = j0 + c;
      const float* from = dz + j * element;
      float* to = work + j * element;
      twisted<radix, false>(
          plan.time.twiddles + j * (radix - 1) * 2,
          [&](int q) -> Complex {
            if (q >= full) return {Vector{}, Vector{}};
            const Complex g = load_complex(from + q * row);
            const int bit = (c * radix + q) * 2;
            return {where_bit(bits, bit, g.re), where_bit(bits, bit + 1, g.im)};
          },
          [&](int p, Complex value) { store_complex(to + p * stride, value); });
    }
  }
}

/// sums += conj(g) * x.
LATHE_INLINE void gather_bin(Complex g, const float* x, float* sums) {
  const Complex a = load_complex(x), sum = load_complex(sums);
  store_complex(sums, {sum.re + g.re * a.re + g.im * a.im, sum.im + g.re * a.im - g.im * a.re});
}

/// dx -= mix * conj(kernel) * g.
LATHE_INLINE void spread_bin(Complex g, const float* kernel, float mix, float* dx) {
  store_complex(dx, load_complex(dx) + times(g, -mix * kernel[0], mix * kernel[1]));
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

inline float gather(const FftPlan& plan, const GatherInput& input, float* work, float* sums) {
  const int64_t work_floats = plan.work_elements() * element, group_floats = plan.size * element;
  for (int64_t n = 0; n < input.groups; ++n) {
    float* here = work + n * work_floats;
    if (input.valid < plan.row) {  // with_columns passes over columns without samples
      for (int64_t i = 0; i < work_floats; i += lanes) store(here + i, Vector{});
    }
    with_columns(plan, input.valid, [&](auto radix, auto full, int64_t begin, int64_t end) {
      gather_columns<radix.value, full.value>(plan, begin, end, input.dz + n * group_floats,
                                              input.on + n * input.on_stride, here);
    });
  }
  Vector total = {};
  float* row_sums = work + input.groups * work_floats;  // of one row at a time, which stays in the cache
  for (int64_t q = 0; q < plan.rows; ++q) {
    for (int64_t i = 0; i < plan.row * element; i += lanes) store(row_sums + i, Vector{});
    for (int64_t n = 0; n < input.groups; ++n) {
      float* row = work + n * work_floats + q * (plan.row + 1) * element;
      const int64_t at = n * group_floats + q * plan.row * element;
      forward_row(plan, row, [&](int64_t i, Complex g) {
        gather_bin(g, input.x + at + i * element, row_sums + i * element);
        if (input.dx) spread_bin(g, input.kernel + 2 * (q * plan.row + i), input.mix, input.dx + at + i * element);
        if (q == 0 && i == 0) total += g.re + g.im;
      });
    }
    add_lanes(row_sums, 2 * plan.row, sums + 2 * q * plan.row);
  }
  float sum = 0;
  for (int64_t i = 0; i < lanes; ++i) sum += total[i];
  return sum;
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

constexpr FftLoops fft_table = {lanes, to_lanes, from_lanes, forward, inverse, respond, gather};

}  // namespace lathe::kernels::LATHE_SIMD
