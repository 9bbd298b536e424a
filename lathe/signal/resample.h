/// Changes the number of samples of a signal: through its spectrum, or along straight lines between samples.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace lathe {

/// Keeps the spectrum below the lower of the two half rates: [..., T] -> [..., samples]. Takes the signal as one period
/// of a periodic one, so a signal that ends elsewhere than it began rings at both ends. Summed in float64; gradients
/// pass.
at::Tensor resample(const at::Tensor& x, int64_t samples);

/// Straight lines between neighbours; first and last sample stay where they are. Does not stop aliasing.
at::Tensor resample_linear(const at::Tensor& x, int64_t samples);

/// Straight lines between neighbours, at the times 0, 1 / to_hz, 2 / to_hz, … up to the last sample of a signal of
/// `from_hz`: [..., T] -> [..., floor((T - 1) · to_hz / from_hz) + 1]. Does not stop aliasing.
at::Tensor resample_grid(const at::Tensor& x, double from_hz, double to_hz);

}  // namespace lathe
