/// Before: x · Sigmoid(x).
/// After:  Swish(x), as ONNX has it since opset 24.
#include "lathe/formats/onnx/patterns.h"

namespace lathe {

bool recognise_silu(OnnxNetwork& network, OnnxNode& node) {
  if (node.type != "Mul" || node.inputs.size() != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    const std::string x = node.inputs[i];
    const OnnxNode* gate = network.giver(node.inputs[1 - i], "Sigmoid");
    if (gate == nullptr || gate->input(0) != x) continue;
    node = {node.name, "Swish", {x}, node.outputs, {}, {}, {}};
    return true;
  }
  return false;
}

}  // namespace lathe
