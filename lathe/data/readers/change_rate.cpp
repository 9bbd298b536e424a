#include "lathe/data/readers/change_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "lathe/base/errors.h"

namespace lathe {

namespace {

constexpr double crossings = 6, kept_part = 0.99;

/// The kernel at a distance in zero crossings.
double weight(double distance, double scale) {
  const double window = std::cos(distance * std::numbers::pi / crossings / 2);
  const double angle = distance * std::numbers::pi;
  return (angle == 0 ? 1 : std::sin(angle) / angle) * window * window * scale;
}

}  // namespace

RateChange::RateChange(int64_t from_hz, int64_t to_hz) {
  check(from_hz > 0 && to_hz > 0, "rates are {} and {} (expected at least 1 sample a second)", from_hz, to_hz);
  const int64_t common = std::gcd(from_hz, to_hz);
  from_ = from_hz / common;
  to_ = to_hz / common;
  const double cut = kept_part * static_cast<double>(std::min(from_, to_)), scale = cut / static_cast<double>(from_);
  half_width_ = crossings / scale;
  for (int64_t phase = 0; phase < to_; ++phase) {
    const double at = static_cast<double>(phase * from_ % to_) / static_cast<double>(to_);  // between two inputs
    first_.push_back(static_cast<int64_t>(std::ceil(at - half_width_)));
    std::vector<float> weights;
    for (int64_t i = first_.back(); static_cast<double>(i) <= at + half_width_; ++i)
      weights.push_back(static_cast<float>(weight((static_cast<double>(i) - at) * scale, scale)));
    phases_.push_back(std::move(weights));
  }
}

int64_t RateChange::samples_out(int64_t samples) const {
  return (samples * to_ + from_ - 1) / from_;
}

int64_t RateChange::samples_in(int64_t samples) const {
  return samples / to_ * from_ + samples % to_ * from_ / to_ + 2 + static_cast<int64_t>(half_width_);
}

std::vector<float> RateChange::apply(std::span<const float> x, int64_t most_samples) const {
  const auto length = static_cast<int64_t>(x.size());
  std::vector<float> out(static_cast<size_t>(std::min(samples_out(length), most_samples)));
  for (int64_t n = 0; n < static_cast<int64_t>(out.size()); ++n) {
    const auto phase = static_cast<size_t>(n % to_);
    const int64_t start = n / to_ * from_ + static_cast<int64_t>(phase) * from_ / to_ + first_[phase];
    const std::vector<float>& weights = phases_[phase];
    const int64_t begin = std::max<int64_t>(0, -start);
    const int64_t end = std::min(static_cast<int64_t>(weights.size()), length - start);
    double sum = 0;
    for (int64_t i = begin; i < end; ++i)
      sum += double{weights[static_cast<size_t>(i)]} * double{x[static_cast<size_t>(start + i)]};
    out[static_cast<size_t>(n)] = static_cast<float>(sum);
  }
  return out;
}

}  // namespace lathe
