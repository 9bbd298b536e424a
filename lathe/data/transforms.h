/// Normalisation of single windows: what a model's file names under `normalisation`. Each row and channel by itself.
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "lathe/base/registry.h"

namespace lathe {

struct Transform {
  std::string_view name;
  std::string_view summary;
  /// [N, C, T] or [N, C, H, W] of any numeric type -> float32 of the same shape. Statistics are taken in the input's
  /// own precision (float64 for integers, float32 for float16), and rounded once, at the end.
  at::Tensor (*apply)(const at::Tensor& batch);
};

/// "zscore": mean 0, deviation 1 (divided by N, not N − 1); "minmax": into [0, 1]; "unit": uint8 / 255, whatever the
/// window holds; "rms": root mean square 0.1 without the padding, which is the longest run of zeros; "none".
/// A constant window becomes zeros.
const Registry<Transform>& transforms();

}  // namespace lathe
