#include "lathe/graph/graph.h"

#include <ATen/ops/empty_like.h>

#include "lathe/base/text.h"

namespace lathe {

int Graph::index(std::string_view name) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == name) return static_cast<int>(i);
    names.push_back(nodes[i].name);
  }
  throw Error(unknown_name("node", name, names), ExitCode::usage);
}

std::vector<int> Graph::inputs() const {
  std::vector<int> found;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (dynamic_cast<const InputOp*>(nodes[i].op.get()) != nullptr) found.push_back(static_cast<int>(i));
  return found;
}

std::vector<int> Graph::readers(int index) const {
  std::vector<int> found;
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const int input : nodes[i].inputs)
      if (input == index) {
        found.push_back(static_cast<int>(i));
        break;
      }
  return found;
}

Shape InputOp::shape(const Inputs&) const {
  std::vector<int64_t> sizes = {1};
  sizes.insert(sizes.end(), sample_.sizes().begin(), sample_.sizes().end());
  return Shape(std::move(sizes));
}

Tensor InputOp::forward(std::span<const Tensor>, const Params&, Mode) const {
  fail("input: has no value of its own; pass it to run()");
}

std::vector<NamedParam> named_params(Graph& graph) {
  std::vector<NamedParam> all;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (Param& param : graph.nodes[i].params)
      all.push_back({graph.nodes[i].name + "." + param.name, &param, static_cast<int>(i)});
  return all;
}

std::vector<ConstNamedParam> named_params(const Graph& graph) {
  std::vector<ConstNamedParam> all;
  for (const NamedParam& entry : named_params(const_cast<Graph&>(graph)))
    all.push_back({entry.name, entry.param, entry.node});
  return all;
}

Graph clone(const Graph& graph) {
  Graph copy = graph;
  for (Node& node : copy.nodes)
    for (Param& param : node.params) {
      const bool trains = param.value.requires_grad();
      param.value = param.value.detach().clone();
      param.value.set_requires_grad(trains);
    }
  return copy;
}

std::vector<Shape> shapes(const Graph& graph, const std::vector<Shape>& inputs) {
  const std::vector<int> places = graph.inputs();
  check(inputs.empty() || inputs.size() == places.size(), "graph: wrong number of input shapes (expected {}, got {})",
        places.size(), inputs.size());
  std::vector<Shape> all(graph.nodes.size());
  size_t next_input = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(all[static_cast<size_t>(input)]);
    const bool given = !inputs.empty() && next_input < places.size() && places[next_input] == static_cast<int>(i);
    if (given)
      all[i] = inputs[next_input++];
    else
      within(fmt::format("node '{}'", node.name), [&] { all[i] = node.op->shape({mine, node.params}); });
  }
  return all;
}

}  // namespace lathe
