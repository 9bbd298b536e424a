/// Moves padding nodes into the convolutions and fixed filters that read them.
///
/// Before: x -> pad (zeros or circular) -> conv
/// After:  x -> conv with that padding
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// Merges a padding node when everything that reads it can pad so itself: padding with zeros adds to a convolution's
/// own; circular padding needs a convolution that has none. Mirrored and repeated samples stay nodes.
/// @returns the names of the merged padding nodes
std::vector<std::string> merge_padding(Graph& graph);

}  // namespace lathe
