/// Cuts long recordings and their labels into windows of equal length, as views: nothing is copied.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

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

}  // namespace lathe
