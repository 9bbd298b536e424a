/// A graph as a table for people: name, op, inputs, output shape, parameters.
#pragma once

#include <string>

#include "lathe/graph/graph.h"

namespace lathe {

/// One line a node; ends in the totals.
std::string print(const Graph& graph);

/// Trained values: buffers are not counted.
int64_t parameter_count(const Graph& graph);
int64_t parameter_count(const Node& node);

}  // namespace lathe
