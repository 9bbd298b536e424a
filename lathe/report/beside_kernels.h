/// The part of a classifier's score that no learned kernel makes: a spectrum beside the banks, say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lathe/graph/graph.h"
#include "lathe/rewrite/kernel_banks.h"

namespace lathe {

/// Where the layer that weighs the kernels gets more than kernels.
struct BesideKernels {
  std::string branch;            ///< the node that the others come from: "spectrum"
  int reader = 0;                ///< the layer that weighs all features
  int features = 0;              ///< the node that it reads, [N, F]
  std::vector<int64_t> columns;  ///< features that are no kernel's
};

/// Nothing where kernels are all that the layer reads, or where it is not the network's output.
std::optional<BesideKernels> beside_kernels(const Graph& graph, const std::vector<KernelBank>& banks);

/// Of the features times their weights for one output, by magnitude: the part that is not the kernels', 0 to 1.
/// @param features  of one window, [1, F]
double share_beside(const Graph& graph, const BesideKernels& beside, const Tensor& features, int64_t output);

}  // namespace lathe
