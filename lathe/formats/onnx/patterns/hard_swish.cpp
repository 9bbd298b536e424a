/// Before: x · HardSigmoid(x), or x · Clip(x + 3, 0, 6) / 6.
/// After:  HardSwish(x).
#include "lathe/formats/onnx/patterns.h"
#include "lathe/formats/onnx/patterns/product.h"

namespace lathe {
namespace {

double real(const OnnxNode& node, std::string_view name, double without) {
  const float* value = node.find<float>(name);
  return value == nullptr ? without : *value;
}

/// A bound of Clip: an attribute until opset 10, an input since.
double bound(const OnnxNetwork& network, const OnnxNode& clip, std::string_view name, size_t input) {
  if (input < clip.inputs.size()) return network.number(clip.inputs[input]).value_or(NAN);
  return real(clip, name, NAN);
}

bool is_clipped_sum(const OnnxNetwork& network, const std::string& name, const std::string& x) {
  const OnnxNode* clip = network.giver(name, "Clip");
  if (clip == nullptr || bound(network, *clip, "min", 1) != 0 || bound(network, *clip, "max", 2) != 6) return false;
  const OnnxNode* sum = network.giver(clip->input(0), "Add");
  if (sum == nullptr) return false;
  const auto three = network.number(other_than(x, sum->inputs));
  return three && *three == 3;
}

bool is_hard_sigmoid(const OnnxNetwork& network, const std::string& name, const std::string& x) {
  const OnnxNode* gate = network.giver(name, "HardSigmoid");
  return gate != nullptr && gate->input(0) == x && near(real(*gate, "alpha", 0.2), 1.0 / 6) &&
         near(real(*gate, "beta", 0.5), 0.5);
}

}  // namespace

bool recognise_hard_swish(OnnxNetwork& network, OnnxNode& node) {
  if (node.type != "Mul" && node.type != "Div") return false;
  const OnnxProduct product = product_of(network, node.outputs.at(0));
  if (product.values.size() != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    const std::string x = product.values[i], gate = product.values[1 - i];
    const bool clipped = near(product.scale, 1.0 / 6) && is_clipped_sum(network, gate, x);
    if (!clipped && !(near(product.scale, 1) && is_hard_sigmoid(network, gate, x))) continue;
    node = {node.name, "HardSwish", {x}, node.outputs, {}, {}, {}};
    return true;
  }
  return false;
}

}  // namespace lathe
