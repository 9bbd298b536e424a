#include "lathe/rewrite/head.h"

#include <algorithm>

#include "lathe/base/text.h"
#include "lathe/graph/verify.h"
#include "lathe/ops/layers.h"

namespace lathe {
namespace {

/// What stands between and behind the linear layers of a classifier.
constexpr std::string_view kBetween[] = {"batch_norm", "dropout",    "elu",         "gelu",     "hard_sigmoid",
                                         "hard_swish", "leaky_relu", "log_softmax", "prelu",    "relu",
                                         "sigmoid",    "silu",       "softmax",     "softplus", "tanh"};

bool is_linear(const Node& node) {
  return node.op->kind() == "linear";
}

/// The end of a network: single nodes in a row, the first of which is linear and reads `features`.
struct Head {
  int features = -1;
  std::vector<int> chain;
};

/// Nothing where no linear layer ends the way to this output.
std::optional<Head> head_of(const Graph& graph, const std::vector<Shape>& all, int output) {
  Head head;
  for (int place = output;;) {
    const Node& node = graph.nodes[static_cast<size_t>(place)];
    const bool between = std::find(std::begin(kBetween), std::end(kBetween), node.op->kind()) != std::end(kBetween);
    if (node.inputs.size() != 1 || all[static_cast<size_t>(place)].rank() != 2 || !(between || is_linear(node))) break;
    head.chain.insert(head.chain.begin(), place);
    place = node.inputs[0];
    if (is_linear(node)) head.features = place;
  }
  if (head.features < 0) return std::nullopt;
  while (!is_linear(graph.nodes[static_cast<size_t>(head.chain.front())])) head.chain.erase(head.chain.begin());
  return head;
}

/// What the last layer with weights of its own reads, for a hint.
std::string last_reading(const Graph& graph) {
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    const Param* weight = node.params.find("weight");
    if (weight == nullptr || weight->buffer || weight->value.dim() < 2 || node.inputs.size() != 1) continue;
    return fmt::format("; '{}', which '{}' reads, might do", graph.nodes[static_cast<size_t>(node.inputs[0])].name,
                       node.name);
  }
  return "";
}

/// The classifier behind the first output. @throws Error as feature_node
Head head_of(const Graph& graph) {
  const std::vector<Shape> all = shapes(graph);
  std::optional<Head> first;
  for (const int output : graph.outputs) {
    const Node& end = graph.nodes[static_cast<size_t>(output)];
    const std::optional<Head> head = head_of(graph, all, output);
    check(head.has_value(),
          "head: no linear layer ends the way to '{}' ({}), so where the classifier begins is not "
          "known; give features, the node that it reads{}",
          end.name, end.op->kind(), last_reading(graph));
    if (!first) first = head;
    check(first->features == head->features,
          "head: '{}' is computed from '{}', and '{}' from '{}'; give features, the node that a classifier reads",
          graph.nodes[static_cast<size_t>(graph.outputs[0])].name,
          graph.nodes[static_cast<size_t>(first->features)].name, end.name,
          graph.nodes[static_cast<size_t>(head->features)].name);
  }
  std::vector<std::string> inner;
  for (size_t i = 1; i < first->chain.size(); ++i)
    if (is_linear(graph.nodes[static_cast<size_t>(first->chain[i])]))
      inner.push_back("'" + graph.nodes[static_cast<size_t>(first->chain[i - 1])].name + "'");
  const Node& begin = graph.nodes[static_cast<size_t>(first->features)];
  check(!begin.inputs.empty() || inner.empty(),
        "head: the network is a classifier from its input '{}' on; give features, the node that the new one reads ({})",
        begin.name, join(inner, " or "));
  return *first;
}

/// What `features` is computed from, and itself; inputs stay, whoever reads them.
std::vector<bool> trunk_of(const Graph& graph, int features) {
  std::vector<bool> needed(graph.nodes.size());
  needed[static_cast<size_t>(features)] = true;
  for (const int input : graph.inputs()) needed[static_cast<size_t>(input)] = true;
  for (size_t i = static_cast<size_t>(features) + 1; i-- > 0;)
    if (needed[i])
      for (const int input : graph.nodes[i].inputs) needed[static_cast<size_t>(input)] = true;
  return needed;
}

/// The trunk alone; the tensors are shared.
Graph up_to(const Graph& graph, int features) {
  const std::vector<bool> needed = trunk_of(graph, features);
  Graph trunk;
  std::vector<int> now(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!needed[i]) continue;
    now[i] = static_cast<int>(trunk.nodes.size());
    trunk.nodes.push_back(graph.nodes[i]);
    for (int& input : trunk.nodes.back().inputs) input = now[static_cast<size_t>(input)];
  }
  trunk.outputs = {now[static_cast<size_t>(features)]};
  return trunk;
}

/// Builds `layers` on the trunk's one output and puts them behind it, where the trunk lies.
template <class Layers>
void append(Graph& trunk, const Layers& layers) {
  const int features = trunk.outputs.at(0);
  const Shape shape = shapes(trunk)[static_cast<size_t>(features)];
  Builder builder;
  const Value x =
      builder.input("features", Shape(std::vector<int64_t>(shape.sizes().begin() + 1, shape.sizes().end())));
  Graph made = builder.finish(layers(x));
  at::Device device = at::kCPU;
  for (const ConstNamedParam& entry : named_params(static_cast<const Graph&>(trunk)))
    device = entry.param->value.device();
  const int offset = static_cast<int>(trunk.nodes.size()) - 1;  // the input of what was made is `features`
  for (size_t i = 1; i < made.nodes.size(); ++i) {
    Node& node = made.nodes[i];
    for (int& input : node.inputs) input = input == 0 ? features : input + offset;
    for (Param& param : node.params) param.value = param.value.detach().to(device).requires_grad_(!param.buffer);
    for (const Node& other : trunk.nodes)
      check(other.name != node.name, "head: the name '{}' is taken by a node in front of the features", node.name);
    trunk.nodes.push_back(std::move(node));
  }
  trunk.outputs.clear();
  for (const int output : made.outputs) trunk.outputs.push_back(output + offset);
}

/// Rows of numbers: a node with spatial axes is averaged over them.
void pool_features(Graph& trunk) {
  const int features = trunk.outputs.at(0);
  const Shape shape = shapes(trunk)[static_cast<size_t>(features)];
  const std::string name = trunk.nodes[static_cast<size_t>(features)].name;
  check(shape.rank() >= 2, "head: node '{}' gives {} (expected [N, F])", name, shape);
  if (shape.rank() == 2) return;
  append(trunk, [&](const Value& x) { return std::vector<Value>{global_average_pool(x, name + ".pool")}; });
}

/// Layers of the old classifier that the new one repeats: the chain without what only turns logits into something else.
/// Nothing where it cannot be repeated.
std::vector<Node> repeatable(const Graph& graph, const Head& head) {
  std::vector<Node> layers;
  for (const int place : head.chain) layers.push_back(graph.nodes[static_cast<size_t>(place)]);
  while (!is_linear(layers.back())) layers.pop_back();
  for (const Node& node : layers)
    if (!is_linear(node) && !node.params.empty()) return {};
  return layers;
}

/// The old layers with fresh weights, the last of them as wide as there are classes.
Value repeated(Value x, const std::vector<Node>& layers, int64_t classes) {
  for (size_t i = 0; i < layers.size(); ++i) {
    const Node& node = layers[i];
    if (!is_linear(node)) {
      x = x.builder->add(node.name, node.op, {x});
      continue;
    }
    const int64_t out = i + 1 == layers.size() ? classes : node.params["weight"].size(0);
    x = linear(x, node.name, {.out = out, .bias = node.params.has("bias")});
  }
  return x;
}

/// Names of a new chain's layers: those of the old one where they are of the same kinds.
struct HeadNames {
  std::string first = "classifier.linear1", between = "classifier.relu", last = "classifier.linear2";
};

HeadNames names_like(const std::vector<Node>& old, bool hidden) {
  HeadNames names;
  if (!hidden) names.last = old.size() == 1 ? old[0].name : "classifier";
  if (hidden && old.size() == 3 && old[1].op->kind() == "relu") names = {old[0].name, old[1].name, old[2].name};
  return names;
}

}  // namespace

std::string feature_node(const Graph& graph) {
  return graph.nodes[static_cast<size_t>(head_of(graph).features)].name;
}

std::vector<std::string> head_nodes(const Graph& graph, const std::string& features) {
  const std::vector<bool> trunk = trunk_of(graph, features.empty() ? head_of(graph).features : graph.index(features));
  std::vector<std::string> names;
  for (size_t i = 0; i < trunk.size(); ++i)
    if (!trunk[i]) names.push_back(graph.nodes[i].name);
  return names;
}

void replace_head(Graph& graph, const HeadOptions& options) {
  check(options.classes >= 1, "head: classes is {} (expected at least 1)", options.classes);
  check(options.hidden.value_or(0) >= 0, "head: hidden is {} (expected at least 0)", options.hidden.value_or(0));
  const std::vector<Shape> all = shapes(graph);
  const std::optional<Head> found = graph.outputs.size() == 1 ? head_of(graph, all, graph.outputs[0]) : std::nullopt;
  const int features = options.features.empty() ? head_of(graph).features : graph.index(options.features);
  std::vector<Node> old;  // what the new one is like
  if (found && found->features == features) old = repeatable(graph, *found);
  Graph edited = up_to(graph, features);
  pool_features(edited);
  append(edited, [&](Value x) {
    if (!options.hidden && !old.empty()) return std::vector<Value>{repeated(x, old, options.classes)};
    const int64_t hidden = options.hidden.value_or(0);
    const HeadNames names = names_like(old, hidden > 0);
    if (hidden > 0) x = relu(linear(x, names.first, {.out = hidden}), names.between);
    return std::vector<Value>{linear(x, names.last, {.out = options.classes})};
  });
  verify(edited);
  graph = std::move(edited);
}

Graph with_heads(const Graph& graph, const std::string& features, const std::vector<HeadSpec>& heads) {
  check(!heads.empty(), "heads: none is given (expected at least one)");
  const int from = features.empty() ? head_of(graph).features : graph.index(features);
  Graph edited = up_to(graph, from);
  pool_features(edited);
  const std::string reads = edited.nodes[static_cast<size_t>(edited.outputs[0])].name;
  append(edited, [&](const Value& x) {
    std::vector<Value> outputs;
    for (const HeadSpec& head : heads) outputs.push_back(linear(x, head.name, {.out = head.outputs}));
    return outputs;
  });
  for (const HeadSpec& head : heads) {
    const auto old =
        std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) { return node.name == head.name; });
    if (old == graph.nodes.end()) continue;
    const std::string& read = old->inputs.empty() ? old->name : graph.nodes[static_cast<size_t>(old->inputs[0])].name;
    check(is_linear(*old) && read == reads && old->params["weight"].size(0) == head.outputs,
          "heads: '{}' is there already and is another layer (expected linear, {} outputs, reading '{}')", head.name,
          head.outputs, reads);
    edited.node(head.name).params = old->params;
  }
  verify(edited);
  return edited;
}

}  // namespace lathe
