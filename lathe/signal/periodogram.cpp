/// The periodogram from plain tensor operators, so that it may sit inside a trained graph.
#include "lathe/signal/periodogram.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/view_as_real.h>

#include "lathe/signal/checks.h"

namespace lathe {

at::Tensor periodogram(const at::Tensor& x, double rate_hz) {
  signal_detail::check_signal("periodogram", x);
  signal_detail::check_rate("periodogram", rate_hz);
  const int64_t samples = x.size(-1);
  const at::Tensor spectrum = at::fft_rfft(x - x.mean(-1, true));
  // Squares of the parts, not of the modulus: its gradient at an empty bin would be 0 / 0.
  const at::Tensor power =
      at::view_as_real(spectrum).square().sum(-1) * (1.0 / (rate_hz * static_cast<double>(samples)));
  // Every bin but 0 and an exact half rate also stands for its negative frequency.
  const int64_t bins = power.size(-1), doubled = (samples - 1) / 2;
  return at::cat(
      {power.narrow(-1, 0, 1), power.narrow(-1, 1, doubled) * 2, power.narrow(-1, 1 + doubled, bins - 1 - doubled)},
      -1);
}

}  // namespace lathe
