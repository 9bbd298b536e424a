/// Finds learned-kernel banks in any graph: convolutions on one channel whose activations reach one weighted sum.
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/units.h"

namespace lathe {

/// A bank: conv (1 → K) → relu or leaky relu → [concat | mean over time]… → weighted sum, 1×1 conv or linear.
/// These activations are positively homogeneous, f(a·x) = a·f(x) for a > 0: what merging and absorbing rest on.
struct KernelBank {
  int conv = 0;                  ///< place of the convolution
  int activation = 0;            ///< place of its activation
  int reader = 0;                ///< place of the layer that weighs the kernels
  std::vector<Unit> kernels;     ///< one removable unit a kernel, in the conv's order
  std::vector<int64_t> columns;  ///< each kernel's column in the reader's weight
};

/// All banks in graph order; kernels that are pinned or read elsewhere make a conv no bank.
std::vector<KernelBank> kernel_banks(const Graph& graph);

/// As above. @throws Error (unsupported) that says what is looked for when there is none.
std::vector<KernelBank> require_kernel_banks(const Graph& graph, std::string_view who);

}  // namespace lathe
