/// A graph as JSON and back, its tensors apart: what a model file stores beside the weights. Knows no file.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lathe/formats/safetensors.h"
#include "lathe/graph/graph.h"

namespace lathe {

/// {"version", "nodes": [{"name", "op", "attributes", "inputs", "params": [{"name", "buffer", "trainable"}]}],
/// "outputs"}
nlohmann::json graph_to_json(const Graph& graph);

/// The tensors of a graph under their full names, "stem.weight", in the order of the nodes.
TensorFile graph_tensors(const Graph& graph);

/// Builds the graph, hands each parameter its tensor out of `tensors` (shared, not copied) and verifies it.
/// @throws Error for an unknown op (with a suggestion), a newer version, tensors missing or left over (all at once),
/// and whatever `verify` finds
Graph graph_from_json(const nlohmann::json& json, const TensorFile& tensors);

}  // namespace lathe
