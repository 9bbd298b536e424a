/// Puts weights from a file into a graph that is already built, by name. Reads no graph from the file.
#pragma once

#include "lathe/formats/safetensors.h"
#include "lathe/graph/graph.h"

namespace lathe {

/// Copies every tensor of `file` into the parameter or buffer of the same name; real numbers are converted to the
/// parameter's own type. Which parameters train, and where they live, stays as it was.
/// @param graph  edited in place; untouched if this throws
/// @throws Error that lists at once what is missing, unexpected, or of another shape or kind
void load_weights(Graph& graph, const TensorFile& file);

}  // namespace lathe
