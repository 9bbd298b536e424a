/// Before: Concat(Slice(x, -p to the end), x, Slice(x, 0 to q)) along one spatial axis.
/// After:  Pad(x) with mode "wrap", as ONNX has it since opset 19.
#include "lathe/formats/onnx/patterns.h"

namespace lathe {
namespace {

struct Part {
  int64_t from = 0, to = 0, axis = 0;
};

/// What a slice of `x` along one axis takes, with step 1.
std::optional<Part> slice_of(const OnnxNetwork& network, const std::string& name, const std::string& x) {
  const OnnxNode* slice = network.giver(name, "Slice");
  if (slice == nullptr || slice->input(0) != x) return std::nullopt;
  const auto value = [&](std::string_view attribute, size_t input) -> std::optional<int64_t> {
    std::optional<std::vector<int64_t>> list;
    if (const auto* values = slice->find<std::vector<int64_t>>(attribute)) {
      list = *values;
    } else if (input < slice->inputs.size()) {
      list = network.integers(slice->inputs[input]);
    }
    return list && list->size() == 1 ? std::optional((*list)[0]) : std::nullopt;
  };
  const auto from = value("starts", 1), to = value("ends", 2), axis = value("axes", 3);
  if (!from || !to || !axis || (slice->inputs.size() > 4 && value("steps", 4) != 1)) return std::nullopt;
  return Part{*from, *to, *axis};
}

}  // namespace

bool recognise_circular_padding(OnnxNetwork& network, OnnxNode& node) {
  if (node.type != "Concat" || node.inputs.size() < 2 || node.inputs.size() > 3) return false;
  const auto* axis = node.find<int64_t>("axis");
  if (axis == nullptr || *axis < 2) return false;
  for (size_t middle = 0; middle < node.inputs.size(); ++middle) {
    if (middle > 1) break;
    const std::string& x = node.inputs[middle];
    std::vector<int64_t> pads = {0, 0};
    bool fits = true;
    if (middle == 1) {
      const auto front = slice_of(network, node.inputs[0], x);
      fits = front && front->axis == *axis && front->from < 0 && front->to >= INT32_MAX;
      if (fits) pads[0] = -front->from;
    }
    if (middle + 1 < node.inputs.size()) {
      const auto back = slice_of(network, node.inputs[middle + 1], x);
      fits = fits && back && back->axis == *axis && back->from == 0 && back->to > 0 && back->to < INT32_MAX;
      if (fits) pads[1] = back->to;
    }
    if (!fits || middle + 2 < node.inputs.size()) continue;
    const std::string name = node.outputs.at(0);
    node = {node.name,
            "Pad",
            {x, network.add_constant(name + ".pads", pads), "", network.add_constant(name + ".axes", {*axis})},
            node.outputs,
            {{"mode", std::string("wrap")}},
            {},
            {}};
    return true;
  }
  return false;
}

}  // namespace lathe
