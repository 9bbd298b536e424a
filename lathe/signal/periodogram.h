/// Power spectral density of a whole signal, one segment, no window function. Not Welch's average.
#pragma once

#include <ATen/core/Tensor.h>

namespace lathe {

/// One-sided power spectral density along the last axis, mean removed: [..., T] -> [..., T / 2 + 1], in units² / Hz.
/// Bin i lies at i * rate_hz / T; the sum times the bin width is the signal's variance. Type stays, gradients pass.
at::Tensor periodogram(const at::Tensor& x, double rate_hz);

}  // namespace lathe
