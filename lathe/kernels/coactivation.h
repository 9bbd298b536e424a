/// How often the input and the output of a connection are active together, counted exactly on packed bits. On raw
/// floats; for linear layers (one position) and convolutions over one or two axes. No tensors here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "lathe/kernels/simd.h"

namespace lathe {

/// One spatial axis of a convolution.
struct CoactivationAxis {
  int64_t in = 1, out = 1, kernel = 1;
  int64_t stride = 1, dilation = 1, padding = 0;  ///< padding in front; what lies behind follows from `out`
  bool circular = false;                          ///< the padding wraps around; zeros otherwise, which are not active
};

struct CoactivationLayer {
  int64_t rows = 1, in_channels = 1, out_channels = 1, groups = 1;
  std::vector<CoactivationAxis> axes = {};  ///< none (linear), one or two
};

struct CoactivationOptions {
  float threshold = 0;                           ///< active: greater than this
  std::optional<SimdLevel> simd = std::nullopt;  ///< the best that there is
};

/// counts[o, c, i, j] += sum over rows and positions of [out > threshold] · [in > threshold], where that input is
/// multiplied by that weight: the gradient of the weight if both were 0 or 1. A NaN is not active.
/// @param in      [rows, in_channels, …]
/// @param out     [rows, out_channels, …]
/// @param counts  [out_channels, in_channels / groups, kernel …]
/// Source: co-activations, numenta/nupic.research DSConv2d; the identity with the weight's gradient is ours.
void count_coactivations(const CoactivationLayer& layer, const float* in, const float* out, int64_t* counts,
                         const CoactivationOptions& options = {});

}  // namespace lathe
