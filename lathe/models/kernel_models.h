/// Learned kernels: banks of long 1-D kernels on one channel, summed by one weight each.
/// Source: Chen et al. 2024, "Sparse learned kernels for interpretable and efficient medical time series processing",
/// Nature Machine Intelligence 6(10) (arXiv:2307.05385).
#pragma once

#include "lathe/base/settings.h"
#include "lathe/graph/graph.h"

namespace lathe {

/// [N, 1, T] -> [N, 1, T]: sigmoid(sum_i w_i · relu(k_i * x + b_i)), kernels of three lengths with "same" padding, w from zero.
/// 358 · K parameters at the published lengths. Settings: kernels (one number or one a bank), lengths, samples.
Graph build_kernel_segmenter(const Settings& settings);

/// [N, 1, T] -> [N, classes] logits: banks without padding -> leaky relu -> mean over time, beside the periodogram -> linear.
/// Settings: kernels, lengths, samples, rate_hz, classes, slope.
Graph build_kernel_classifier(const Settings& settings);

}  // namespace lathe
