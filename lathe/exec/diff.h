/// What sets two graphs apart: their nodes, their weights, and what they say to the same noise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct DiffOptions {
  int64_t batch = 4;  ///< rows of noise
  uint64_t seed = 0;
};

/// How far two tensors are apart: their largest difference over the largest value of either.
struct TensorDifference {
  std::string name;  ///< "stem.weight", or the output's node
  double relative = 0;
  double absolute = 0;
};

struct GraphDiff {
  std::vector<std::string> only_in_a, only_in_b;  ///< names of nodes
  std::vector<std::string> changed;               ///< "node 'stem': stride [1] became [2]"
  int64_t parameters_a = 0, parameters_b = 0;
  std::optional<TensorDifference>
      weights;  ///< the largest; nothing where no tensor has the same name and sizes in both
  std::optional<TensorDifference> outputs;  ///< the largest; nothing where they cannot be compared
  std::string why_no_outputs;               ///< a sentence, where there is nothing

  bool same_structure() const { return only_in_a.empty() && only_in_b.empty() && changed.empty(); }
  /// Same structure, same weights to the last bit (counters of training steps aside).
  bool identical() const { return same_structure() && (!weights || weights->absolute == 0); }
};

/// Nodes are told by their names. Outputs are compared at inference, where both graphs take the same inputs.
GraphDiff diff(const Graph& a, const Graph& b, const DiffOptions& options = {});

}  // namespace lathe
