#include "lathe/formats/onnx/patterns/product.h"

namespace lathe {

OnnxProduct product_of(const OnnxNetwork& network, const std::string& name, int depth) {
  const OnnxNode* node = network.giver(name, "Mul", depth > 0);
  const bool division = node == nullptr;
  if (division) node = network.giver(name, "Div", depth > 0);
  if (node == nullptr || node->inputs.size() != 2 || depth > 8) return {1, {name}};
  OnnxProduct product;
  for (size_t i = 0; i < 2; ++i) {
    const bool below = division && i == 1;
    if (const auto number = network.number(node->input(i))) {
      product.scale *= below ? 1 / *number : *number;
    } else if (below) {
      return {1, {name}};
    } else {
      const OnnxProduct part = product_of(network, node->input(i), depth + 1);
      product.scale *= part.scale;
      product.values.insert(product.values.end(), part.values.begin(), part.values.end());
    }
  }
  return product;
}

std::string other_than(const std::string& one, const std::vector<std::string>& values) {
  if (values.size() != 2 || (values[0] != one && values[1] != one)) return "";
  return values[0] == one ? values[1] : values[0];
}

}  // namespace lathe
