/// A complex Fourier transform of a power of two, for many signals at once; the layout that the transforms share.
///
/// Lanes. One transform handles 2 * lanes real blocks: lane i holds block i as the real and block lanes + i as the
/// imaginary part of one complex sequence. A real kernel acts on both parts alike, so nothing needs to be untangled:
/// inverse(x * kernel) has the two responses as its parts, and the real part of inverse(conj(g) * x) is the sum of the
/// correlations of both blocks, which is what the weight's gradient wants.
///
/// Order. Forward transforms decimate in frequency, inverse ones in time: spectra stay in the digit-reversed order that
/// the forward passes leave, and no pass reorders anything. A signal of `size` is seen as `rows` rows of size / rows
/// samples. The time pass is a butterfly over the rows; then every row is a transform of its own that fits in the
/// first-level cache: middle passes of radix 4 or 8, and the frequency pass of radix 8 on neighbours.
///
/// Memory. Signals and spectra are [size, 2, lanes] floats. The work buffer has one more element after each row:
/// without it the rows lie multiples of 4096 bytes apart and push each other out of the cache.
#pragma once

#include <cstdint>

#include "lathe/kernels/buffer.h"

namespace lathe::kernels {

struct FftPass {
  int radix;
  int64_t size;           // of the transform that this pass takes apart into `radix` smaller ones
  const float* twiddles;  // [size / radix, radix - 1, 2]: exp(-2 pi i p j / size) at [j, p - 1]
};

struct FftPlan {
  explicit FftPlan(int64_t size);

  int64_t size;
  int64_t rows;  // 4 or 8, the radix of the time pass
  int64_t row;   // size / rows
  FftPass time;
  FftPass middle[4];  // in the order of the forward transform
  int middles = 0;

  int64_t work_elements() const { return rows * (row + 1); }
  /// Words (of one bit a lane and output) that the loops use for the mask of one kernel and one group, times lanes.
  int64_t mask_words() const { return row * 2 * rows / 32; }

  static constexpr int64_t smallest = 64, largest = 65536;

 private:
  FftPass pass(int radix, int64_t size);
  Buffer<float> twiddles_;
  int64_t used_ = 0;
};

/// The one plan of that size: its table of sines is made once, not at every call.
const FftPlan& fft_plan(int64_t size);

}  // namespace lathe::kernels
