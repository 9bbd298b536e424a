#include "lathe/kernels/fft_plan.h"

#include <cmath>
#include <map>
#include <mutex>
#include <numbers>

namespace lathe::kernels {

FftPass FftPlan::pass(int radix, int64_t pass_size) {
  float* table = twiddles_.data() + used_;
  used_ += pass_size / radix * (radix - 1) * 2;
  float* to = table;
  for (int64_t j = 0; j < pass_size / radix; ++j) {
    for (int p = 1; p < radix; ++p) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(j * p) / static_cast<double>(pass_size);
      *to++ = static_cast<float>(std::cos(angle));
      *to++ = static_cast<float>(std::sin(angle));
    }
  }
  return {radix, pass_size, table};
}

FftPlan::FftPlan(int64_t size_) : size(size_), twiddles_(4 * size_) {
  // size = rows * middle radices * 8, with as many eights and as few fours as there can be.
  int bits = 0;
  while ((int64_t{1} << bits) < size) ++bits;
  int fours = bits % 3 == 0 ? 0 : bits % 3 == 2 ? 1 : 2;
  rows = fours > 0 ? 4 : 8;
  row = size / rows;
  time = pass(static_cast<int>(rows), size);
  if (fours > 0) --fours;
  for (int64_t left = row; left > 8;) {
    const int radix = fours > 0 ? 4 : 8;
    if (fours > 0) --fours;
    middle[middles++] = pass(radix, left);
    left /= radix;
  }
}

const FftPlan& fft_plan(int64_t size) {
  static std::mutex mutex;
  static auto* const plans = new std::map<int64_t, FftPlan>;  // never destroyed: it is as large as one window
  const std::lock_guard lock(mutex);
  return plans->try_emplace(size, size).first->second;
}

}  // namespace lathe::kernels
