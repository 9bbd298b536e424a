/// Cuts long recordings and their labels into windows of equal length, as views: nothing is copied.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lathe {

struct WindowOptions {
  int64_t length_samples = 0;
  int64_t stride_samples = 0;  ///< from the start of one window to the next
};

/// Whole windows that fit; the samples behind the last one are left out.
/// @throws Error when not even one fits.
int64_t window_count(int64_t samples, const WindowOptions& options);

/// [C, T] -> [W, C, length], a view: windows that overlap share their samples.
at::Tensor cut_windows(const at::Tensor& recording, const WindowOptions& options);
/// Labels [T] -> [W, length], a view that lines up with cut_windows.
at::Tensor cut_labels(const at::Tensor& labels, const WindowOptions& options);

/// One class a window from classes per sample [T]: the most frequent, the smallest where several are. [W] int64.
at::Tensor majority_labels(const at::Tensor& labels, const WindowOptions& options);
/// One label a window from 0/1 per sample [T]: 1 where at least `ratio` of its samples are 1. [W] int64.
at::Tensor threshold_labels(const at::Tensor& labels, const WindowOptions& options, double ratio);

/// How a window comes by its class: the one that most of its samples have, or one that at least a part of them has.
struct LabelRule {
  double least = 0;  ///< more than a half and at most 1: that part; 0: the most frequent, the first where several are
};
/// The class of each window, from one a sample: 0 … classes − 1, or −1 where a sample has none. −1 where no class has
/// enough samples, or where most have none.
std::vector<int64_t> window_classes(std::span<const int64_t> labels, int64_t classes, const WindowOptions& options,
                                    const LabelRule& rule);

}  // namespace lathe
