/// The widths of a network as numbers, and a wider one cut to them: the same shape with other weights.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "lathe/graph/graph.h"

namespace lathe {

/// Channels of every group, by its name.
std::map<std::string, int64_t> group_sizes(const Graph& graph);

/// Removes the last channels of each group until `sizes` holds. Which ones go means nothing to weights that are fresh.
/// @throws Error when a group is narrower than wanted, pinned, or not named in `sizes`
void shrink_to(Graph& graph, const std::map<std::string, int64_t>& sizes);

}  // namespace lathe
