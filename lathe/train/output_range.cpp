/// Tells a network that answers with probabilities from one that answers with scores, by asking its ops for numbers:
/// none is known by name.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linspace.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "lathe/train/loss.h"

namespace lathe {
namespace {

/// Whether the node alone, given numbers from `low` to `high`, answers within 0 and 1.
bool answers_within_unit(const Node& node, const std::vector<Shape>& all, double low, double high) {
  std::vector<Tensor> inputs;
  for (const int input : node.inputs) {
    const Shape& shape = all[static_cast<size_t>(input)];
    inputs.push_back(at::linspace(low, high, shape.count(), at::kFloat).reshape(shape.sizes()));
  }
  try {
    const Tensor output = node.op->forward(inputs, node.params, {});
    return output.ge(0).logical_and(output.le(1)).all().item<bool>();
  } catch (const c10::Error&) {
    return false;
  }
}

/// An op without parameters lies within 0 and 1 whatever comes in (sigmoid, softmax), or keeps there what lies there
/// already (flatten, pooling, concat).
bool within_unit(const Graph& graph, const std::vector<Shape>& all, int index) {
  const Node& node = graph.nodes[static_cast<size_t>(index)];
  if (node.inputs.empty() || !node.params.empty()) return false;
  if (answers_within_unit(node, all, -1e3, 1e3)) return true;
  return answers_within_unit(node, all, 0, 1) &&
         std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) { return within_unit(graph, all, input); });
}

}  // namespace

std::string loss_mismatch(const Graph& graph, std::string_view loss) {
  const LossInput wanted = losses().at(loss).input;
  if (wanted == LossInput::values || graph.outputs.size() != 1) return {};
  const at::NoGradGuard no_gradients;
  const bool probabilities = within_unit(graph, shapes(graph), graph.outputs[0]);
  if (probabilities == (wanted == LossInput::probabilities)) return {};
  std::vector<std::string> fitting;
  for (const LossEntry& entry : losses())
    if ((entry.input == LossInput::probabilities) == probabilities && entry.input != LossInput::values)
      fitting.push_back(fmt::format("\"{}\"", entry.name));
  const std::string& output = graph.nodes[static_cast<size_t>(graph.outputs[0])].name;
  return probabilities ? fmt::format(
                             "loss '{}' wants scores of any size, but the network's output '{}' lies between 0 and 1 "
                             "already; use loss = {}",
                             loss, output, join(fitting, " or "))
                       : fmt::format(
                             "loss '{}' wants probabilities, but the network's output '{}' is not kept between 0 "
                             "and 1; use loss = {}",
                             loss, output, join(fitting, " or "));
}

}  // namespace lathe
