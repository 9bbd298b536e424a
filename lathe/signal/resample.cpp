/// FFT and linear resampling from plain tensor operators.
#include "lathe/signal/resample.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/fft_irfft.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "lathe/signal/checks.h"

namespace lathe {

namespace {

void check_samples(const char* where, int64_t samples) {
  check(samples >= 1, "{}: nothing would be left of the signal (expected at least 1 sample, got {})", where, samples);
}

/// The signal at 0, step, 2 step, … samples, on lines between neighbours.
at::Tensor on_lines(const at::Tensor& x, int64_t samples, double step) {
  const int64_t before = x.size(-1);
  const at::Tensor position = at::arange(samples, x.options().dtype(at::kDouble).requires_grad(false)) * step;
  const at::Tensor left = position.floor().clamp(0, before - 1);
  const at::Tensor right = (left + 1).clamp(0, before - 1);
  const at::Tensor wide = x.to(at::kDouble);
  return at::lerp(wide.index_select(-1, left.to(at::kLong)), wide.index_select(-1, right.to(at::kLong)),
                  position - left)
      .to(x.scalar_type());
}

}  // namespace

at::Tensor resample(const at::Tensor& x, int64_t samples) {
  signal_detail::check_signal("resample", x);
  check_samples("resample", samples);
  const int64_t before = x.size(-1), shared = std::min(before, samples);
  if (samples == before) return x.clone();
  const at::Tensor spectrum = at::fft_rfft(x.to(at::kDouble));

  at::Tensor kept = spectrum.narrow(-1, 0, shared / 2 + 1);
  if (shared % 2 == 0) {
    // The bin at the half rate of the shorter signal holds two frequencies there and one of a pair in the longer.
    const at::Tensor edge = kept.narrow(-1, shared / 2, 1) * (samples < before ? 2.0 : 0.5);
    kept = at::cat({kept.narrow(-1, 0, shared / 2), edge}, -1);
  }
  std::vector<int64_t> missing = kept.sizes().vec();
  missing.back() = samples / 2 + 1 - kept.size(-1);
  const at::Tensor padded = at::cat({kept, at::zeros(missing, kept.options())}, -1);
  const double scale = static_cast<double>(samples) / static_cast<double>(before);
  return (at::fft_irfft(padded, samples) * scale).to(x.scalar_type());
}

at::Tensor resample_linear(const at::Tensor& x, int64_t samples) {
  signal_detail::check_signal("resample_linear", x);
  check_samples("resample_linear", samples);
  const int64_t before = x.size(-1);
  const double step = samples > 1 ? static_cast<double>(before - 1) / static_cast<double>(samples - 1) : 0.0;
  return on_lines(x, samples, step);
}

at::Tensor resample_grid(const at::Tensor& x, double from_hz, double to_hz) {
  signal_detail::check_signal("resample_grid", x);
  check(from_hz > 0 && to_hz > 0, "resample_grid: rates are {:g} and {:g} (expected more than 0)", from_hz, to_hz);
  // Rates such as 31.25 are not exact: the last sample must not be lost to rounding.
  const double last = std::floor(static_cast<double>(x.size(-1) - 1) * to_hz / from_hz + 1e-9);
  return on_lines(x, static_cast<int64_t>(last) + 1, from_hz / to_hz);
}

}  // namespace lathe
