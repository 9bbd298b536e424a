/// Before: x · (1 + Erf(x / √2)) / 2, or x · (1 + Tanh(√(2/π) · (x + 0.044715 x³))) / 2, over five to ten nodes.
/// After:  Gelu(x), with approximate = "none" or "tanh".
#include "lathe/formats/onnx/patterns.h"
#include "lathe/formats/onnx/patterns/product.h"

namespace lathe {
namespace {

/// The value that 1 is added to.
std::string beside_one(const OnnxNetwork& network, const std::string& name) {
  const OnnxNode* add = network.giver(name, "Add");
  if (add == nullptr) return "";
  for (size_t i = 0; i < 2; ++i)
    if (const auto number = network.number(add->input(i)); number && near(*number, 1)) return add->input(1 - i);
  return "";
}

bool is_cube(const OnnxNetwork& network, const std::string& name, const std::string& x) {
  const OnnxProduct product = product_of(network, name);
  if (!near(product.scale, 0.044715)) return false;
  if (product.values == std::vector<std::string>{x, x, x}) return true;
  const OnnxNode* power = product.values.size() == 1 ? network.giver(product.values[0], "Pow") : nullptr;
  const auto exponent = power == nullptr ? std::nullopt : network.number(power->input(1));
  return exponent && near(*exponent, 3) && power->input(0) == x;
}

bool is_tanh_argument(const OnnxNetwork& network, const std::string& name, const std::string& x) {
  const OnnxProduct outer = product_of(network, name);
  const OnnxNode* sum = outer.values.size() == 1 ? network.giver(outer.values[0], "Add") : nullptr;
  if (sum == nullptr || !near(outer.scale, 0.7978845608)) return false;
  const std::string cube = other_than(x, sum->inputs);
  return !cube.empty() && is_cube(network, cube, x);
}

}  // namespace

bool recognise_gelu(OnnxNetwork& network, OnnxNode& node) {
  if (node.type != "Mul" && node.type != "Div") return false;
  const OnnxProduct product = product_of(network, node.outputs.at(0));
  if (product.values.size() != 2 || !near(product.scale, 0.5)) return false;
  for (size_t i = 0; i < 2; ++i) {
    const std::string& x = product.values[i];
    const std::string gate = beside_one(network, product.values[1 - i]);
    if (const OnnxNode* erf = network.giver(gate, "Erf")) {
      const OnnxProduct inner = product_of(network, erf->input(0));
      if (inner.values != std::vector<std::string>{x} || !near(inner.scale, 0.7071067812)) continue;
      node = {node.name, "Gelu", {x}, node.outputs, {{"approximate", std::string("none")}}, {}, {}};
      return true;
    }
    const OnnxNode* tanh = network.giver(gate, "Tanh");
    if (tanh == nullptr || !is_tanh_argument(network, tanh->input(0), x)) continue;
    node = {node.name, "Gelu", {x}, node.outputs, {{"approximate", std::string("tanh")}}, {}, {}};
    return true;
  }
  return false;
}

}  // namespace lathe
