/// What is done to a graph that came from ONNX, so that it works with everything else.
#pragma once

#include "lathe/graph/graph.h"

namespace lathe {

/// Gives an input the channel axis that the network itself adds, as `x.unsqueeze(1)` on windows [N, T].
///
/// Before: input [T] -> unsqueeze (axis 1) -> ...
/// After:  input [1, T] -> ...
///
/// @returns true when an input changed: only where nothing else reads it
bool add_signal_channel(Graph& graph);

/// `merge_padding`, then `add_signal_channel`.
void after_import(Graph& graph);

}  // namespace lathe
