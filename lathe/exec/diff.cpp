#include "lathe/exec/diff.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "lathe/base/text.h"
#include "lathe/exec/noise.h"
#include "lathe/exec/run.h"
#include "lathe/graph/print.h"

namespace lathe {
namespace {

Shape shape_of(const Tensor& tensor) {
  return Shape(tensor.sizes().vec());
}

/// Values that are no number count as infinitely far from everything but themselves.
TensorDifference difference(std::string name, const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return {std::move(name), 0, 0};
  const Tensor x = a.detach().to(at::kCPU, at::kDouble), y = b.detach().to(at::kCPU, at::kDouble);
  const Tensor same = x.eq(y).logical_or(x.isnan().logical_and(y.isnan()));
  const Tensor apart = x.sub(y).abs().masked_fill(same, 0).nan_to_num(std::numeric_limits<double>::infinity());
  const auto absolute = apart.max().item<double>();
  const Tensor larger = x.abs().maximum(y.abs()).nan_to_num(0, 0, 0);
  const auto scale = larger.max().item<double>();
  return {std::move(name), absolute == 0 ? 0 : absolute / scale, absolute};
}

void keep_larger(std::optional<TensorDifference>& kept, TensorDifference other) {
  if (!kept || other.relative > kept->relative) kept = std::move(other);
}

std::string text_of(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.values().find(name);
  if (found == attributes.values().end()) return "(not there)";
  return Attributes{{name, found->second}}.text().substr(name.size() + 1);  // without "name="
}

std::vector<std::string> input_names(const Graph& graph, const Node& node) {
  std::vector<std::string> names;
  for (const int input : node.inputs) names.push_back(graph.nodes[static_cast<size_t>(input)].name);
  return names;
}

/// What became of one node, a sentence each.
void compare(const Graph& in_a, const Node& a, const Graph& in_b, const Node& b, std::vector<std::string>& changed) {
  const auto say = [&](const std::string& what, const std::string& from, const std::string& to) {
    if (from != to) changed.push_back(fmt::format("node '{}': {} {} became {}", a.name, what, from, to));
  };
  say("op", std::string(a.op->kind()), std::string(b.op->kind()));
  if (a.op->kind() == b.op->kind()) {
    const Attributes first = a.op->attributes(), second = b.op->attributes();
    std::set<std::string> names;
    for (const Attributes* attributes : {&first, &second})
      for (const auto& value : attributes->values()) names.insert(value.first);
    for (const std::string& name : names) say(name, text_of(first, name), text_of(second, name));
  }
  say("input", join(input_names(in_a, a)), join(input_names(in_b, b)));
  std::set<std::string> params;
  for (const Node* node : {&a, &b})
    for (const Param& param : node->params) params.insert(param.name);
  for (const std::string& name : params) {
    const auto sizes = [&](const Node& node) {
      return node.params.has(name) ? shape_of(node.params[name]).text() : std::string("(not there)");
    };
    say(name, sizes(a), sizes(b));
  }
}

void compare_nodes(const Graph& a, const Graph& b, GraphDiff& result) {
  std::map<std::string, const Node*> others;
  for (const Node& node : b.nodes) others[node.name] = &node;
  for (const Node& node : a.nodes) {
    const auto found = others.find(node.name);
    if (found == others.end()) {
      result.only_in_a.push_back(node.name);
    } else {
      compare(a, node, b, *found->second, result.changed);
      others.erase(found);
    }
  }
  for (const Node& node : b.nodes)
    if (others.count(node.name) > 0) result.only_in_b.push_back(node.name);
}

void compare_weights(const Graph& a, const Graph& b, GraphDiff& result) {
  std::map<std::string, Tensor> others;
  for (const ConstNamedParam& entry : named_params(b)) others[entry.name] = entry.param->value;
  for (const ConstNamedParam& entry : named_params(a)) {
    const auto found = others.find(entry.name);
    const Tensor& value = entry.param->value;
    if (found == others.end() || !value.is_floating_point() || found->second.sizes() != value.sizes()) continue;
    keep_larger(result.weights, difference(entry.name, value, found->second));
  }
}

/// Why the outputs cannot be compared; empty when they can.
std::string obstacle(const Graph& a, const Graph& b) {
  const auto nodes_of = [](const Graph& graph, const std::vector<int>& places) {
    std::vector<std::string> texts;
    const std::vector<Shape> all = shapes(graph);
    for (const int place : places) texts.push_back(all[static_cast<size_t>(place)].text());
    return join(texts);
  };
  const std::string inputs_a = nodes_of(a, a.inputs()), inputs_b = nodes_of(b, b.inputs());
  if (inputs_a != inputs_b) return fmt::format("the inputs differ: {} and {}", inputs_a, inputs_b);
  const std::string outputs_a = nodes_of(a, a.outputs), outputs_b = nodes_of(b, b.outputs);
  if (outputs_a != outputs_b) return fmt::format("the outputs differ: {} and {}", outputs_a, outputs_b);
  return "";
}

}  // namespace

GraphDiff diff(const Graph& a, const Graph& b, const DiffOptions& options) {
  GraphDiff result;
  result.parameters_a = parameter_count(a);
  result.parameters_b = parameter_count(b);
  compare_nodes(a, b, result);
  compare_weights(a, b, result);
  result.why_no_outputs = obstacle(a, b);
  if (!result.why_no_outputs.empty()) return result;
  const at::NoGradGuard no_gradients;
  const std::vector<Tensor> x = noise(a, options.batch, options.seed);
  const std::vector<Tensor> first = run(a, x).outputs, second = run(b, x).outputs;
  for (size_t i = 0; i < first.size(); ++i)
    keep_larger(result.outputs, difference(a.nodes[static_cast<size_t>(a.outputs[i])].name, first[i], second[i]));
  return result;
}

}  // namespace lathe
