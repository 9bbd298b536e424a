/// Computes ONNX nodes whose inputs are all constants: shape arithmetic and rearranged weights. Knows nothing of
/// graphs.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <vector>

#include "lathe/onnx/model.h"

namespace lathe {

/// Stands for the batch in shape arithmetic: a prime that no real size is, so that it shows in whatever it went into.
inline constexpr int64_t kBatchMark = 1'000'003;
/// Another such prime: what differs between the two depends on the batch.
inline constexpr int64_t kOtherBatchMark = 1'000'033;

/// What a Shape node gives of the sizes: all of them, or from its attribute `start` up to `end`.
std::vector<int64_t> shape_part(const OnnxNode& node, const std::vector<int64_t>& sizes);

/// True for types that `fold` computes.
bool folds(std::string_view type);

/// The outputs of one node. Inputs that are not given are undefined.
/// @throws Error (unsupported) for a type that `folds` does not know, or (bad input) what does not fit, or is
/// far larger than what it comes from
std::vector<at::Tensor> fold(const OnnxNode& node, const std::vector<at::Tensor>& inputs, int64_t opset);

}  // namespace lathe
