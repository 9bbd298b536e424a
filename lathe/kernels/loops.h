/// The inner loops of the kernel bank and of co-activation counts as tables of plain functions, one table for each
/// instruction set. The files that fill the tables are compiled with their own flags and must not call inline functions
/// of the standard library: the linker could keep the copy that needs AVX-512 for the whole program.
#pragma once

#include <cstdint>

#include "lathe/kernels/simd.h"

namespace lathe::kernels {

struct FftPlan;
struct GatherInput;

/// Direct correlation; one window at a time, time or taps in the lanes.
struct DirectLoops {
  int64_t lanes;
  /// Outputs are computed in whole steps of this many samples: rows of outputs need room for them.
  int64_t time_step;
  /// As many kernels share a pass over the signal: `respond` and `correlate` take at most this many.
  int64_t kernel_step;
  /// z[t] += sum_i mix[i] * relu(u_i[t]) with u_i[t] = bias[i] + sum_j weight[i, j] * padded[t + j], for t < outputs.
  /// Where `off` is there, off[i * off_stride + t] = -1 where u_i[t] <= 0 and 0 elsewhere.
  void (*respond)(const float* padded, int64_t outputs, const float* weight, const float* bias, const float* mix,
                  int64_t count, int64_t length, float* z, int8_t* off, int64_t off_stride);
  /// Eight bytes of `off` into one of `packed`, in steps of 8 * lanes.
  void (*pack)(const int8_t* off, int64_t outputs, uint8_t* packed);
  /// gated[t] = off ? 0 : dz[t], in steps of 8 * lanes; returns the sum.
  float (*gate)(const float* dz, const uint8_t* packed, int64_t outputs, float* gated);
  /// sums[i, j] += sum_t gated[i, t] * padded[t + j], for j < round_up(length, lanes).
  void (*correlate)(const float* padded, int64_t outputs, const float* gated, int64_t gated_stride, int64_t count,
                    int64_t length, float* sums, int64_t sums_stride);
  /// dx[s] += mix * sum_j weight[j] * gated[s - j], for s < samples; `gated` has zeros on both sides.
  void (*spread)(const float* gated, const float* weight, float mix, int64_t length, int64_t samples, float* dx);
};

/// Fourier transforms of 2 * lanes real signals at once, and what is fused with them. See fft_plan.h for the layout.
struct FftLoops {
  int64_t lanes;
  /// Rows of `count` samples (a multiple of lanes), 2 * lanes of them, to [count, 2, lanes].
  void (*to_lanes)(const float* rows, int64_t row_stride, int64_t count, float* signal);
  /// The other way.
  void (*from_lanes)(const float* signal, int64_t count, float* rows, int64_t row_stride);
  void (*forward)(const FftPlan& plan, const float* signal, float* work, float* spectrum);
  /// Unscaled: forward and inverse together multiply by plan.size.
  void (*inverse)(const FftPlan& plan, const float* spectrum, float* work, float* signal);
  /// z[t] += mix * relu(u[t]) for t < valid with u = bias - inverse(x * kernel); kernel is [size, 2], one for all
  /// lanes. Where `on` is there it takes a bit for every output, set where u > 0.
  void (*respond)(const FftPlan& plan, const float* x, const float* kernel, float bias, float mix, int64_t valid,
                  float* work, float* z, uint32_t* on);
  /// For one kernel and all groups of blocks, with g = dz where the bit of `on` is set, else 0:
  /// sums [size, 2] += the sum over groups and lanes of conj(forward(g)) * x; returns the sum of g.
  /// Where dx is there: dx -= mix * conj(kernel) * forward(g). `work` holds a work buffer for each group and one more.
  float (*gather)(const FftPlan& plan, const GatherInput& input, float* work, float* sums);
};

/// One kernel's part of a backward pass: what `gather` reads, and the spectra dx that it may add to.
struct GatherInput {
  int64_t groups, valid;
  const float* dz;      // [groups, size, 2, lanes], zero from `valid` on
  const float* x;       // [groups, size, 2, lanes], spectra
  const uint32_t* on;   // the first group's mask
  int64_t on_stride;    // from one group's mask to the next one's
  const float* kernel;  // [size, 2]
  float mix;
  float* dx;  // [groups, size, 2, lanes], or null
};

/// Which words of the two sides meet.
struct CoactivationPairs {
  const int32_t* one;   // [count]
  const int32_t* many;  // [count]
  int64_t count;
};

/// Bits of activity, 32 rows in a word.
struct CoactivationLoops {
  int64_t lanes;
  /// Bit r of words[p] = rows[r * row_stride + p] > threshold, for r < count <= 32.
  void (*pack)(const float* rows, int64_t row_stride, int64_t count, int64_t positions, float threshold,
               uint32_t* words);
  /// sums[i * sums_stride + l] += sum over pairs of the bits that one[i * one_stride + pair.one] and
  /// many[pair.many * many_stride + l] share, for i < ones <= 8 and l < lanes.
  void (*count)(const CoactivationPairs& pairs, const uint32_t* one, int64_t one_stride, int64_t ones,
                const uint32_t* many, int64_t many_stride, int32_t* sums, int64_t sums_stride);
};

/// A sparse matrix times a dense one.
struct SparseLoops {
  /// y[p] = sum over i < count of value[i] · x[column[i] * x_stride + p], for p < width.
  void (*row)(const float* value, const int32_t* column, int64_t count, const float* x, int64_t x_stride, int64_t width,
              float* y);
};

const DirectLoops& direct_loops(SimdLevel level);
const FftLoops& fft_loops(SimdLevel level);
/// Those of AVX2 also where AVX-512 lacks the instruction that counts bits.
const CoactivationLoops& coactivation_loops(SimdLevel level);
const SparseLoops& sparse_loops(SimdLevel level);

extern const DirectLoops direct_loops_portable, direct_loops_avx2, direct_loops_avx512;
extern const FftLoops fft_loops_portable, fft_loops_avx2, fft_loops_avx512;
extern const CoactivationLoops coactivation_loops_portable, coactivation_loops_avx2, coactivation_loops_avx512;
extern const SparseLoops sparse_loops_portable, sparse_loops_avx2, sparse_loops_avx512;

}  // namespace lathe::kernels
