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

/// A constant [C, 1, …], or one that an Unsqueeze makes so.
bool is_per_channel(const OnnxNetwork& network, const std::string& name) {
  const OnnxNode* unsqueeze = network.giver(name, "Unsqueeze");
  const OnnxTensor* constant = network.constant(unsqueeze == nullptr ? name : unsqueeze->input(0));
  if (constant == nullptr) return false;
  return unsqueeze != nullptr ? constant->dims.size() == 1
                              : constant->dims.size() > 1 && constant->count() == constant->dims[0];
}

/// The operand of a node of two that has one value a channel, and the other one.
std::optional<std::pair<std::string, std::string>> channels_and_value(const OnnxNetwork& network,
                                                                      const OnnxNode& node) {
  for (size_t i = 0; i < 2 && node.inputs.size() == 2; ++i)
    if (is_per_channel(network, node.inputs[i])) return std::pair(node.inputs[i], node.inputs[1 - i]);
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
  const OnnxNode* product = shift ? network.giver(shift->second, "Mul") : nullptr;
  const auto scale = product == nullptr ? std::nullopt : channels_and_value(network, *product);
  const OnnxNode* back = scale ? network.giver(scale->second, "Reshape") : nullptr;
  const auto inner = back == nullptr ? std::nullopt : normalised(network, *back);
  if (!inner) return false;
  // The two nodes that nobody reads any more bring weight and bias into shape.
  const auto flatten = [&](const OnnxNode& old, const std::string& constant, const char* part) {
    const std::string name = node.outputs.at(0) + "." + part;
    OnnxNode& unread = network.model.nodes[static_cast<size_t>(&old - network.model.nodes.data())];
    unread = {unread.name, "Reshape", {constant, network.add_constant(name, {-1})}, {name}, {}, {}, {}};
    return name;
  };
  const std::string weight = flatten(*product, scale->first, "weight"), bias = flatten(*back, shift->first, "bias");
  node = {node.name,
          "GroupNormalization",
          {inner->x, weight, bias},
          node.outputs,
          {{"num_groups", inner->groups}, {"epsilon", inner->epsilon}},
          {},
          {}};
  return true;
}

}  // namespace lathe
