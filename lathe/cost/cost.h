/// What a graph costs: parameters, multiply-accumulates, receptive field, activation memory. Counted, not measured.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct NodeCost {
  std::string name, kind;
  Shape output;
  int64_t parameters = 0;
  int64_t macs = 0;
  /// Input samples that one output sample depends on, per spatial axis of the input; empty: all of them.
  std::vector<int64_t> receptive_field;
};

struct Cost {
  int64_t parameters = 0;
  int64_t weight_bytes = 0;      ///< parameters and buffers as stored
  int64_t macs = 0;              ///< of one input, in the convention asked for
  int64_t peak_ram_bytes = 0;    ///< activations alive at once, batch 1, float32, input and output included
  std::vector<int64_t> receptive_field;  ///< of the first output; empty: the whole input
  std::vector<NodeCost> nodes;
};

/// @param inputs  one shape an input with the batch; empty: the nominal ones
/// @param macs    what counts as a multiply-accumulate, a name of mac_conventions() (cost/macs.h)
Cost cost(const Graph& graph, const std::vector<Shape>& inputs = {}, std::string_view macs = "conv");

}  // namespace lathe
