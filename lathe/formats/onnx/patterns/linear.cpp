/// Before: MatMul(x, weight) + bias, both constant: [.., F] times [F, O] plus [O].
/// After:  Gemm(x, weight, bias), taken over the last axis of x whatever its rank.
#include "lathe/formats/onnx/patterns.h"

namespace lathe {
namespace {

/// The shape of a constant, also of one that is transposed on the way.
std::optional<std::vector<int64_t>> constant_shape(const OnnxNetwork& network, const std::string& name) {
  if (const OnnxTensor* constant = network.constant(name)) return constant->dims;
  const OnnxNode* transpose = network.giver(name, "Transpose", false);
  const OnnxTensor* constant = transpose == nullptr ? nullptr : network.constant(transpose->input(0));
  if (constant == nullptr || constant->dims.size() != 2) return std::nullopt;
  return std::vector<int64_t>{constant->dims[1], constant->dims[0]};
}

}  // namespace

bool recognise_linear(OnnxNetwork& network, OnnxNode& node) {
  if (node.type != "Add" || node.inputs.size() != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    const OnnxNode* product = network.giver(node.inputs[i], "MatMul");
    const OnnxTensor* bias = network.constant(node.inputs[1 - i]);
    if (product == nullptr || bias == nullptr || bias->dims.size() != 1) continue;
    const auto weight = constant_shape(network, product->input(1));
    if (!weight || weight->size() != 2 || (*weight)[1] != bias->dims[0]) continue;
    const OnnxNode gemm{
        product->name, "Gemm", {product->input(0), product->input(1), node.inputs[1 - i]}, node.outputs, {}, {}, {}};
    node = gemm;
    return true;
  }
  return false;
}

}  // namespace lathe
