/// Folds batch norms into the layers before them: the same function at inference with fewer nodes and parameters.
///
/// Before: batch_norm(W · x + b)
/// After:  W' · x + b',  W' = W · s and b' = (b - mean) · s + bias  with  s = weight / sqrt(variance + epsilon)
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct FoldReport {
  std::vector<std::string> folded;  ///< batch norms that are gone
  std::vector<std::string> kept;    ///< batch norms that stay: what they read is no conv, transposed conv or linear
                                  ///< layer, or is read by others too
};

/// For networks that have been trained: the running statistics become part of the weights and no longer follow the
/// data.
FoldReport fold_batch_norm(Graph& graph);

}  // namespace lathe
