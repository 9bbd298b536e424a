#include "lathe/graph/verify.h"

#include <set>

namespace lathe {
namespace {

int64_t size_of(const TiedAxis& tied, const Inputs& in, const Shape& output) {
  const auto axis = static_cast<size_t>(tied.axis);
  switch (tied.of) {
    case TiedAxis::Of::input: return in[static_cast<size_t>(tied.input)][axis];
    case TiedAxis::Of::output: return output[axis];
    case TiedAxis::Of::param: return in.params[tied.param].size(tied.axis);
  }
  return 0;
}

void verify_ties(const Node& node, const Inputs& in, const Shape& output) {
  for (const Tie& tie : node.op->ties(in))
    for (const TiedAxis& tied : tie.axes) {
      const int64_t end = tied.offset + tied.blocks * tie.channels * tied.repeat;
      check(end <= size_of(tied, in, output), "a tie reaches entry {} of an axis of {}", end - 1,
            size_of(tied, in, output));
    }
}

}  // namespace

void verify(const Graph& graph) {
  std::set<std::string> names;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    check(!node.name.empty(), "node {}: the name is empty", i);
    check(names.insert(node.name).second, "node '{}': the name is taken twice", node.name);
    check(node.op != nullptr, "node '{}': has no op", node.name);
    for (const int input : node.inputs)
      check(input >= 0 && input < static_cast<int>(i), "node '{}': input {} does not come before it", node.name, input);
  }
  check(!graph.outputs.empty(), "graph: has no output");
  for (const int output : graph.outputs)
    check(output >= 0 && output < static_cast<int>(graph.nodes.size()), "graph: output {} is not a node", output);
  const std::vector<Shape> all = shapes(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(all[static_cast<size_t>(input)]);
    within(fmt::format("node '{}'", node.name), [&] { verify_ties(node, {mine, node.params}, all[i]); });
  }
}

}  // namespace lathe
