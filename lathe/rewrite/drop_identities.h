/// Drops nodes that give out what they read at inference. Training without dropout is another training: for networks
/// that are done with it.
///
/// Before: x -> dropout -> y
/// After:  x -> y
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// Drops dropout, flattening of what is flat, padding by nothing, pooling of single samples and clipping without
/// limits. A node between a graph's input and its output stays.
/// @returns the names of the dropped nodes
std::vector<std::string> drop_identities(Graph& graph);

}  // namespace lathe
