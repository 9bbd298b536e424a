/// Inputs of noise for graphs that are measured or compared.
#pragma once

#include <cstdint>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// Normal noise, float32, one tensor an input: the same for the same seed, whatever LibTorch's generator is at.
/// @param inputs  one shape an input, without the batch; empty: the nominal ones
/// @throws Error when the shapes do not fit the graph's inputs
std::vector<Tensor> noise(const Graph& graph, int64_t batch, uint64_t seed, const std::vector<Shape>& inputs = {});

}  // namespace lathe
