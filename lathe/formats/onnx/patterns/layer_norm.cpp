/// Before: d = x - ReduceMean(x); d / Sqrt(ReduceMean(d²) + epsilon) · weight + bias, over nine nodes.
/// After:  LayerNormalization(x, weight, bias).
#include "lathe/formats/onnx/patterns.h"
#include "lathe/formats/onnx/patterns/product.h"

namespace lathe {
namespace {

/// The constant operand of a node of two, and the other one.
std::optional<std::pair<std::string, std::string>> constant_and_value(const OnnxNetwork& network,
                                                                      const OnnxNode& node) {
  for (size_t i = 0; i < 2 && node.inputs.size() == 2; ++i)
    if (network.constant(node.inputs[i]) != nullptr) return std::pair(node.inputs[i], node.inputs[1 - i]);
  return std::nullopt;
}

/// Means keep their axes unless they say otherwise: without them x - mean would not be taken row by row.
bool keeps_axes(const OnnxNode& mean) {
  const auto* keep = mean.find<int64_t>("keepdims");
  return keep == nullptr || *keep != 0;
}

/// The last axes, counted from the end, over which a mean goes: [-1], [-2, -1].
std::optional<std::vector<int64_t>> mean_axes(const OnnxNetwork& network, const OnnxNode& mean) {
  if (mean.inputs.size() > 1) return network.integers(mean.inputs[1]);
  const auto* axes = mean.find<std::vector<int64_t>>("axes");
  return axes == nullptr ? std::nullopt : std::optional(*axes);
}

struct Normalised {
  std::string x;
  std::vector<int64_t> axes;
  double epsilon = 0;
};

/// x, when `name` is (x - mean) / Sqrt(mean of squares + epsilon).
std::optional<Normalised> normalised(const OnnxNetwork& network, const std::string& name) {
  const OnnxNode* division = network.giver(name, "Div");
  if (division == nullptr) return std::nullopt;
  const OnnxNode* centred = network.giver(division->input(0), "Sub", false);
  const OnnxNode* root = network.giver(division->input(1), "Sqrt");
  const OnnxNode* sum = root == nullptr ? nullptr : network.giver(root->input(0), "Add");
  const auto parts = sum == nullptr ? std::nullopt : constant_and_value(network, *sum);
  if (centred == nullptr || !parts) return std::nullopt;
  const OnnxNode* variance = network.giver(parts->second, "ReduceMean");
  const OnnxNode* square = variance == nullptr ? nullptr : network.giver(variance->input(0), "Pow");
  const OnnxNode* mean = network.giver(centred->input(1), "ReduceMean");
  const auto epsilon = network.number(parts->first);
  if (square == nullptr || mean == nullptr || !keeps_axes(*mean) || !keeps_axes(*variance) || !epsilon ||
      square->input(0) != division->input(0))
    return std::nullopt;
  const auto axes = mean_axes(network, *mean);
  const bool same = axes && mean_axes(network, *variance) == axes && mean->input(0) == centred->input(0);
  if (!same || network.number(square->input(1)) != 2.0) return std::nullopt;
  return Normalised{centred->input(0), *axes, *epsilon};
}

}  // namespace

bool recognise_layer_norm(OnnxNetwork& network, OnnxNode& node) {
  const auto shift = node.type == "Add" ? constant_and_value(network, node) : std::nullopt;
  const OnnxNode* product = shift ? network.giver(shift->second, "Mul") : nullptr;
  const auto scale = product == nullptr ? std::nullopt : constant_and_value(network, *product);
  const auto inner = scale ? normalised(network, scale->second) : std::nullopt;
  if (!inner || inner->axes.empty()) return false;
  for (size_t i = 0; i < inner->axes.size(); ++i)  // the last ones without a gap, counted from the end
    if (inner->axes[i] != static_cast<int64_t>(i) - static_cast<int64_t>(inner->axes.size())) return false;
  if (network.constant(scale->first)->dims.size() != inner->axes.size()) return false;
  // A constant over more axes than the norm's is added behind it: positions of a sequence, say.
  if (network.constant(shift->first)->dims.size() > inner->axes.size()) return false;
  node = {node.name,
          "LayerNormalization",
          {inner->x, scale->first, shift->first},
          node.outputs,
          {{"axis", inner->axes[0]}, {"epsilon", static_cast<float>(inner->epsilon)}},
          {},
          {}};
  return true;
}

}  // namespace lathe
