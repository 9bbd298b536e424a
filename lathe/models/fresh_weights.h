/// New weights for any graph, as its layers have them at birth.
#pragma once

#include "lathe/graph/graph.h"

namespace lathe {

/// Draws every weight again from LibTorch's generator, in graph order: matrices and kernels as PyTorch's layers do
/// (Kaiming uniform, a = √5, biases alike), norms 1 and 0, running statistics 0 and 1. Constants and fixed filters
/// stay.
void make_fresh(Graph& graph);

}  // namespace lathe
