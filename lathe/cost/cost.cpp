#include "lathe/cost/cost.h"

#include <algorithm>

#include "lathe/cost/memory_plan.h"
#include "lathe/graph/print.h"

namespace lathe {
namespace {

/// How far back a node sees and how many input samples lie between its samples; `whole` once anything saw everything.
struct Reach {
  std::vector<int64_t> field, jump;
  bool whole = false;
};

Reach widest(const std::vector<Reach>& reaches, const Node& node) {
  Reach all = reaches[static_cast<size_t>(node.inputs[0])];
  for (const int input : node.inputs) {
    const Reach& other = reaches[static_cast<size_t>(input)];
    all.whole |= other.whole || other.field.size() != all.field.size();
    for (size_t axis = 0; !all.whole && axis < all.field.size(); ++axis) {
      all.field[axis] = std::max(all.field[axis], other.field[axis]);
      all.jump[axis] = std::max(all.jump[axis], other.jump[axis]);
    }
  }
  return all;
}

Reach through(Reach reach, const std::optional<Window>& window) {
  if (!window || reach.whole) return reach;
  if (window->whole) {
    reach.whole = true;
    return reach;
  }
  for (size_t axis = 0; axis < reach.field.size(); ++axis) {
    reach.field[axis] += (window->size[axis] - 1) * reach.jump[axis];
    reach.jump[axis] *= window->stride[axis];
  }
  return reach;
}

}  // namespace

Cost cost(const Graph& graph, const std::vector<Shape>& inputs) {
  const std::vector<Shape> all = shapes(graph, inputs);
  std::vector<Reach> reaches(graph.nodes.size());
  Cost total;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(all[static_cast<size_t>(input)]);
    const Inputs in{mine, node.params};
    if (node.inputs.empty())
      reaches[i] = {std::vector<int64_t>(all[i].spatial(), 1), std::vector<int64_t>(all[i].spatial(), 1)};
    else
      reaches[i] = through(widest(reaches, node), node.op->window(in));
    const int64_t macs = node.op->macs(in, all[i].with(0, 1));
    total.nodes.push_back({node.name, std::string(node.op->kind()), all[i], parameter_count(node), macs,
                           reaches[i].whole ? std::vector<int64_t>{} : reaches[i].field});
    total.parameters += parameter_count(node);
    total.macs += macs;
    for (const Param& param : node.params) total.weight_bytes += static_cast<int64_t>(param.value.nbytes());
  }
  total.receptive_field = total.nodes[static_cast<size_t>(graph.outputs.at(0))].receptive_field;
  total.peak_ram_bytes = memory_plan(graph, all).peak_bytes;
  return total;
}

}  // namespace lathe
