/// Runs a graph on tensors. Autograd follows unless the caller forbids it; nothing here trains.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct RunOptions {
  bool training = false;               ///< layers that are frozen are computed as at inference all the same
  bool stochastic = false;             ///< dropout drops also at inference (Monte Carlo dropout)
  std::vector<std::string> taps = {};  ///< node names or globs whose outputs are wanted besides
  bool fuse = true;                    ///< nodes may be computed together (Op::fusion), unless one of them is tapped
};

struct RunResult {
  std::vector<Tensor> outputs;         ///< one a graph output
  std::map<std::string, Tensor> taps;  ///< by node name
};

/// @param inputs one tensor a graph input, [N, C, T] or [N, C, H, W]; same device and type as the parameters
/// @throws Error that names the node that does not fit, or the glob that matches no node
RunResult run(const Graph& graph, const std::vector<Tensor>& inputs, const RunOptions& options = {});

/// One input, one output, inference mode, gradients followed where they are on.
Tensor run(const Graph& graph, const Tensor& input);

/// Rows of `input` in batches, without gradients: what evaluation uses. Rows of the result line up with the input's.
Tensor predict(const Graph& graph, const Tensor& input, int64_t batch = 256);

/// Moves every parameter and buffer. @throws Error (unsupported) when the device is not there.
void move_to(Graph& graph, const std::string& device);

}  // namespace lathe
