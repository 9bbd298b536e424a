#include "lathe/formats/onnx/patterns.h"

namespace lathe {

void recognise_patterns(OnnxModel& model) {
  for (const OnnxPattern pattern : kOnnxPatterns) {
    OnnxNetwork network(model);
    bool changed = false;
    for (OnnxNode& node : model.nodes)
      if (node.domain.empty() && !node.outputs.empty()) changed = pattern(network, node) || changed;
    if (changed) sort_nodes(model);
  }
}

}  // namespace lathe
