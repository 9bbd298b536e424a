/// Before: Reshape(InstanceNormalization(Reshape(x, [0, G, -1]), ones, zeros), Shape(x)) · weight + bias.
/// After:  GroupNormalization(x, weight, bias), G groups; weight and bias brought to [C].
#include <ATen/core/Tensor.h>

#include "lathe/formats/onnx/patterns.h"
#include "lathe/graph/onnx_form.h"

namespace lathe {
namespace {

bool all_equal(const OnnxNetwork& network, const std::string& name, double value) {
  const OnnxTensor* constant = network.constant(name);
  return constant != nullptr && constant->type == OnnxType::float32 &&
         tensor_of(*constant).eq(value).all().item().toBool();
}

/// How many axes of size 1 stand behind the channels of a constant [C, 1, …], or of one that an Unsqueeze makes so; 0
/// for any other.
size_t axes_behind(const OnnxNetwork& network, const std::string& name) {
  if (const OnnxNode* unsqueeze = network.giver(name, "Unsqueeze")) {
    const OnnxTensor* constant = network.constant(unsqueeze->input(0));
    const auto* attribute = unsqueeze->find<std::vector<int64_t>>("axes");
    const auto axes = attribute != nullptr ? std::optional(*attribute) : network.integers(unsqueeze->input(1));
    if (constant == nullptr || constant->dims.size() != 1 || !axes) return 0;
    for (size_t i = 0; i < axes->size(); ++i)
      if ((*axes)[i] != static_cast<int64_t>(i) + 1) return 0;
    return axes->size();
  }
  const OnnxTensor* constant = network.constant(name);
  const bool fits = constant != nullptr && constant->dims.size() > 1 && constant->count() == constant->dims[0];
  return fits ? constant->dims.size() - 1 : 0;
}

struct PerChannel {
  std::string constant, value;
  size_t behind = 0;
};

/// The operand of a node of two that has one value a channel, and the other one.
std::optional<PerChannel> channels_and_value(const OnnxNetwork& network, const OnnxNode& node) {
  for (size_t i = 0; i < 2 && node.inputs.size() == 2; ++i)
    if (const size_t behind = axes_behind(network, node.inputs[i]); behind > 0)
      return PerChannel{node.inputs[i], node.inputs[1 - i], behind};
  return std::nullopt;
}

struct Normalised {
  std::string x;
  int64_t groups = 0;
  float epsilon = 0;
};

std::optional<Normalised> normalised(const OnnxNetwork& network, const OnnxNode& back) {
  const OnnxNode* norm = network.giver(back.input(0), "InstanceNormalization");
  const OnnxNode* split = norm == nullptr ? nullptr : network.giver(norm->input(0), "Reshape");
  const OnnxNode* shape = network.giver(back.input(1), "Shape", false);
  if (split == nullptr || shape == nullptr || shape->input(0) != split->input(0)) return std::nullopt;
  if (!all_equal(network, norm->input(1), 1) || !all_equal(network, norm->input(2), 0)) return std::nullopt;
  const auto sizes = network.integers(split->input(1));
  const auto* epsilon = norm->find<float>("epsilon");
  if (!sizes || sizes->size() != 3 || (*sizes)[0] != 0 || (*sizes)[1] < 1 || (*sizes)[2] != -1) return std::nullopt;
  return Normalised{split->input(0), (*sizes)[1], epsilon == nullptr ? 1e-5F : *epsilon};
}

}  // namespace

bool recognise_group_norm(OnnxNetwork& network, OnnxNode& node) {
  const auto shift = node.type == "Add" ? channels_and_value(network, node) : std::nullopt;
  const OnnxNode* product = shift ? network.giver(shift->value, "Mul") : nullptr;
  const auto scale = product == nullptr ? std::nullopt : channels_and_value(network, *product);
  const OnnxNode* back = scale ? network.giver(scale->value, "Reshape") : nullptr;
  const auto inner = back == nullptr ? std::nullopt : normalised(network, *back);
  if (!inner || scale->behind != shift->behind) return false;
  // The two nodes that nobody reads any more bring weight and bias into shape.
  const auto flatten = [&](const OnnxNode& old, const std::string& constant, const char* part) {
    const std::string name = node.outputs.at(0) + "." + part;
    OnnxNode& unread = network.model.nodes[static_cast<size_t>(&old - network.model.nodes.data())];
    unread = {unread.name, "Reshape", {constant, network.add_constant(name, {-1})}, {name}, {}, {}, {}};
    return name;
  };
  const std::string weight = flatten(*product, scale->constant, "weight"),
                    bias = flatten(*back, shift->constant, "bias");
  node = {node.name,
          "GroupNormalization",
          {inner->x, weight, bias},
          node.outputs,
          {{"num_groups", inner->groups},
           {"epsilon", inner->epsilon},
           {"lathe.spatial_axes", static_cast<int64_t>(scale->behind)}},
          {},
          {}};
  return true;
}

}  // namespace lathe
