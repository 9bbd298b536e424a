/// Learned kernels in one go on the CPU: convolutions, ReLU, weighted sum, and their gradients, without storing
/// responses. A way to execute existing nodes, not an op: graphs, ties and files do not know of it.
#pragma once

#include <vector>

#include "lathe/graph/params.h"
#include "lathe/kernels/kernel_bank.h"

namespace lathe {

struct KernelBankPart {
  Tensor weight;  ///< [K, 1, L]
  Tensor bias;    ///< [K], or undefined
  int64_t pad_left = 0, pad_right = 0;
};

/// sum over parts and kernels of mix · relu(conv(x)): [N, 1, T] -> [N, 1, T']; differentiable in x, weights, biases and
/// mix. float32 on the CPU, contiguous or not. The result does not depend on the number of threads. The method is that
/// of the thread (kernels/method_guard.h).
Tensor kernel_bank(const Tensor& x, const std::vector<KernelBankPart>& parts, const Tensor& mix);

}  // namespace lathe
