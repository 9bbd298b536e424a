/// The invariants of a graph, checked after every edit and every load.
#pragma once

#include "lathe/graph/graph.h"

namespace lathe {

/// Names unique and not empty, inputs before their readers, outputs there, shapes that fit, tensors that the ties cover.
/// @throws Error with the node's name
void verify(const Graph& graph);

}  // namespace lathe
