/// What exporters write as several nodes is written as the one it means. One file a pattern in patterns/, one line
/// here.
#pragma once

#include "lathe/formats/onnx/network.h"

namespace lathe {

/// Rewrites `node` in place when it is the last node of the pattern; the others lose their reader. False: it is not.
using OnnxPattern = bool (*)(OnnxNetwork& network, OnnxNode& node);

bool recognise_gelu(OnnxNetwork& network, OnnxNode& node);
bool recognise_hard_swish(OnnxNetwork& network, OnnxNode& node);
bool recognise_silu(OnnxNetwork& network, OnnxNode& node);
bool recognise_layer_norm(OnnxNetwork& network, OnnxNode& node);
bool recognise_group_norm(OnnxNetwork& network, OnnxNode& node);
bool recognise_circular_padding(OnnxNetwork& network, OnnxNode& node);
bool recognise_linear(OnnxNetwork& network, OnnxNode& node);

inline constexpr OnnxPattern kOnnxPatterns[] = {recognise_gelu,       recognise_hard_swish, recognise_silu,
                                                recognise_layer_norm, recognise_group_norm, recognise_circular_padding,
                                                recognise_linear};

/// Applies all of them wherever they fit, and drops what nobody reads any more.
void recognise_patterns(OnnxModel& model);

}  // namespace lathe
