/// What an optimiser remembers of the parameters shrinks with them, so that training goes on instead of beginning anew.
#pragma once

#include <vector>

#include "lathe/graph/units.h"
#include "lathe/train/optimizer.h"

namespace lathe {

/// Cuts from every tensor of the state what `remove` cut from its parameter: moments keep their values, counts of steps
/// stay.
/// @param before   the graph as it was when the units were found
/// @param removed  PruneReport::removed
void migrate(OptimizerState& state, const Graph& before, const std::vector<Unit>& removed);

}  // namespace lathe
