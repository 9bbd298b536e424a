/// PyTorch's default initial values, bit for bit, from LibTorch's generator.
#pragma once

#include <ATen/core/Tensor.h>

namespace lathe {

/// A weight [out, in / groups, ...] drawn as torch.nn.Conv and torch.nn.Linear do: kaiming_uniform_(a = sqrt(5)).
at::Tensor default_weight(at::IntArrayRef sizes);
/// The bias that belongs to `weight`: uniform within 1 / sqrt(fan in).
at::Tensor default_bias(const at::Tensor& weight);
/// The same for `count` outputs, where the weight's first axis is not theirs.
at::Tensor default_bias(const at::Tensor& weight, int64_t count);

}  // namespace lathe
