/// Convolution over a circle of samples, multiplied out in the frequency domain: exact, with fewer multiplications than
/// the sums of the definition. For training, where three such products are made of every layer. Knows no graph.
#pragma once

#include <ATen/core/Tensor.h>

namespace lathe {

/// Whether it pays for x [N, C, T] and weight [O, C, k]: float32, enough channels, no other padding than what keeps T.
bool prefers_circular_conv(const at::Tensor& x, const at::Tensor& weight);

/// [N, C, T] -> [N, O, T]: y[t] = sum over k of w[k] · x[(t + k - left) mod T], without a padded copy of x.
/// Differentiable once, in x and weight. Within about 5e-6 of the largest value of the plain sums.
///
/// Windows are cut into overlapping tiles (short ones stay whole) that are multiplied by a real basis of their Fourier
/// transform; a product of complex numbers takes three real ones, so a tile of m outputs costs about 1.5 (m + k - 1)
/// multiplications a pair of channels in place of k · m, all of them in batched matrix products.
/// Source: the convolution theorem; Karatsuba's product of complex numbers; tiles as in Winograd convolution (Lavin and
/// Gray 2016, arXiv:1509.09308), on roots of unity, which lose less to rounding.
at::Tensor circular_conv(const at::Tensor& x, const at::Tensor& weight, int64_t left);

}  // namespace lathe
