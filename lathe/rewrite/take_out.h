/// Takes nodes out of a graph and closes the gaps: what rewrites share. The caller works on a copy and verifies.
#pragma once

#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// Removes the nodes at `places`, each of which has one input; whoever read one reads its input instead, and an output
/// that it was is its input's.
void take_out(Graph& graph, const std::vector<int>& places);

}  // namespace lathe
