/// Savitzky–Golay smoothing: a polynomial fitted to every window, read at its centre. Smoothing only, no derivatives.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lathe {

/// Smooths along the last axis; shape and type stay, gradients pass.
/// The first and last half windows are read off the polynomial of the first and last whole window (scipy's "interp").
/// @param x       [..., T] float32 or float64; summed in float64
/// @param window  odd, at most T
/// @param order   of the polynomial, 0 … window − 1
at::Tensor savgol(const at::Tensor& x, int64_t window, int64_t order);

/// The `window` weights of the centre sample; they sum to 1.
std::vector<double> savgol_coefficients(int64_t window, int64_t order);

}  // namespace lathe
