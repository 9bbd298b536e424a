/// The table of normalisations. A new one is a function and a line.
#include "lathe/data/transforms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace lathe {

namespace {

/// The axes of one window of one channel.
std::vector<int64_t> window_axes(const at::Tensor& batch) {
  check(batch.defined() && (batch.dim() == 3 || batch.dim() == 4),
        "transform: batch has the wrong shape (expected [N, C, T] or [N, C, H, W], got {} axes)",
        batch.defined() ? batch.dim() : 0);
  check(batch.size(2) > 0 && batch.size(-1) > 0, "transform: windows are empty (expected at least 1 sample, got 0)");
  std::vector<int64_t> axes(batch.dim() - 2);
  std::iota(axes.begin(), axes.end(), 2);
  return axes;
}

/// The batch in the precision its statistics are taken in.
at::Tensor precise(const at::Tensor& batch) {
  if (batch.scalar_type() == at::kDouble || batch.scalar_type() == at::kFloat) return batch;
  return batch.to(batch.is_floating_point() ? at::kFloat : at::kDouble);
}

/// (x − offset) / scale, and zeros where the window is constant. Equality of the extremes decides that: the deviation
/// of a constant such as 0.1 is not exactly 0. A scale of 0 beside it is one that underflowed.
at::Tensor normalised(const at::Tensor& x, const at::Tensor& offset, const at::Tensor& scale, const at::Tensor& range) {
  const at::Tensor constant = range.eq(0).logical_or(scale.eq(0));
  return at::where(constant, 0.0, (x - offset) / scale).to(at::kFloat);
}

at::Tensor range_of(const at::Tensor& x, const std::vector<int64_t>& axes) {
  return x.amax(axes, true) - x.amin(axes, true);
}

at::Tensor zscore(const at::Tensor& batch) {
  const std::vector<int64_t> axes = window_axes(batch);
  const at::Tensor x = precise(batch);
  return normalised(x, x.mean(axes, true), x.std(axes, /*correction=*/0, /*keepdim=*/true), range_of(x, axes));
}

at::Tensor minmax(const at::Tensor& batch) {
  const std::vector<int64_t> axes = window_axes(batch);
  const at::Tensor x = precise(batch), range = range_of(x, axes);
  return normalised(x, x.amin(axes, true), range, range);
}

at::Tensor none(const at::Tensor& batch) {
  window_axes(batch);
  return batch.to(at::kFloat);
}

/// Bytes only: of any other type nobody knows what 255 would be.
at::Tensor unit(const at::Tensor& batch) {
  window_axes(batch);
  check(batch.scalar_type() == at::kByte, "transform 'unit': takes images of bytes (expected uint8, got {})",
        c10::toString(batch.scalar_type()));
  return batch.to(at::kFloat) / 255;
}

/// How many samples of a signal, taken as a ring, lie outside its longest run of zeros: what a clip is besides padding,
/// also when it was rolled.
int64_t sounding_samples(const float* x, int64_t samples) {
  int64_t longest = 0, run = 0;
  for (int64_t i = 0; i < 2 * samples; ++i) {
    run = x[i % samples] == 0 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::max<int64_t>(0, samples - longest);
}

/// Recordings at one level, 20 dB below the largest sine: room for peaks.
at::Tensor rms(const at::Tensor& batch) {
  constexpr double level = 0.1;
  window_axes(batch);
  check(batch.dim() == 3, "transform 'rms': takes recordings [N, C, T] (expected 3 axes, got {})", batch.dim());
  const at::Tensor x = batch.to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor power = x.to(at::kDouble).square().sum(-1);
  at::Tensor gain = power.clone();
  const auto* data = x.const_data_ptr<float>();
  auto* gains = gain.mutable_data_ptr<double>();
  for (int64_t i = 0; i < gain.numel(); ++i) {
    const auto sounding = static_cast<double>(sounding_samples(data + i * x.size(-1), x.size(-1)));
    gains[i] = gains[i] > 0 ? level * std::sqrt(sounding / gains[i]) : 0;
  }
  return (x * gain.unsqueeze(-1)).to(batch.device(), at::kFloat);
}

constexpr Transform entries[] = {
    {"zscore", "mean 0 and deviation 1, each window and channel by itself", zscore},
    {"minmax", "into 0 to 1, each window and channel by itself", minmax},
    {"rms", "recordings at one level, each by itself: root mean square 0.1, padding not counted", rms},
    {"unit", "bytes into 0 to 1: divided by 255", unit},
    {"none", "values as they are", none},
};

}  // namespace

const Registry<Transform>& transforms() {
  static const Registry<Transform> registry("transform", entries);
  return registry;
}

}  // namespace lathe
