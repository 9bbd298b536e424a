/// Butterworth band-pass design and causal filtering with a transfer function. No zero-phase filtering.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lathe {

/// y[t] = (Σ b[i] x[t − i] − Σ_{i ≥ 1} a[i] y[t − i]) / a[0].
struct TransferFunction {
  std::vector<double> b;
  std::vector<double> a;
};

struct BandPass {
  int64_t order = 0;  ///< of the low-pass prototype: the filter has twice as many poles
  double low_hz = 0;
  double high_hz = 0;
  double rate_hz = 0;
};

/// The digital Butterworth band-pass (bilinear transform, edges at −3 dB), 2 · order + 1 coefficients each, a[0] = 1.
TransferFunction butterworth(const BandPass& band);

/// Filters along the last axis from rest, in float64 whatever the type; shape and type stay. Runs on the CPU and passes
/// no gradient. Source: direct form II transposed.
at::Tensor lfilter(const TransferFunction& filter, const at::Tensor& x);

}  // namespace lathe
