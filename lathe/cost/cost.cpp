#include "lathe/cost/cost.h"

#include <algorithm>

#include "lathe/cost/macs.h"
#include "lathe/cost/memory_plan.h"
#include "lathe/graph/print.h"

namespace lathe {
namespace {

/// The input samples that output sample t of a node sees: from first + t · jump to last + t · jump, per axis; `whole`
/// once anything saw everything.
struct Reach {
  std::vector<int64_t> first, last, jump;
  bool whole = false;

  std::vector<int64_t> field() const {
    if (whole) return {};
    std::vector<int64_t> sizes;
    for (size_t axis = 0; axis < jump.size(); ++axis) sizes.push_back(last[axis] - first[axis] + 1);
    return sizes;
  }
};

/// What a node sees through all its inputs: from the first sample of any to the last of any.
Reach joined(const std::vector<Reach>& reaches, const Node& node) {
  Reach all = reaches[static_cast<size_t>(node.inputs[0])];
  for (const int input : node.inputs) {
    const Reach& other = reaches[static_cast<size_t>(input)];
    all.whole |= other.whole || other.jump.size() != all.jump.size();
    for (size_t axis = 0; !all.whole && axis < all.jump.size(); ++axis) {
      all.first[axis] = std::min(all.first[axis], other.first[axis]);
      all.last[axis] = std::max(all.last[axis], other.last[axis]);
      all.jump[axis] = std::max(all.jump[axis], other.jump[axis]);
    }
  }
  return all;
}

Reach through(Reach reach, const std::optional<Window>& window) {
  if (!window || reach.whole) return reach;
  reach.whole = window->whole;
  for (size_t axis = 0; !reach.whole && axis < reach.jump.size(); ++axis) {
    const int64_t before = window->before.empty() ? 0 : window->before[axis];
    reach.first[axis] -= before * reach.jump[axis];
    reach.last[axis] += (window->size[axis] - 1 - before) * reach.jump[axis];
    reach.jump[axis] *= window->stride[axis];
  }
  return reach;
}

}  // namespace

Cost cost(const Graph& graph, const std::vector<Shape>& inputs, std::string_view convention) {
  const auto count = mac_conventions().at(convention).count;
  const std::vector<Shape> all = shapes(graph, inputs);
  std::vector<Reach> reaches(graph.nodes.size());
  Cost total;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(all[static_cast<size_t>(input)].with(0, 1));
    const Inputs in{mine, node.params};
    const std::vector<int64_t> zeros(all[i].spatial(), 0);
    if (node.inputs.empty())
      reaches[i] = {zeros, zeros, std::vector<int64_t>(all[i].spatial(), 1)};
    else
      reaches[i] = through(joined(reaches, node), node.op->window(in));
    const int64_t macs = count(node, in, all[i].with(0, 1));
    total.nodes.push_back(
        {node.name, std::string(node.op->kind()), all[i], parameter_count(node), macs, reaches[i].field()});
    total.parameters += parameter_count(node);
    total.macs += macs;
    for (const Param& param : node.params) total.weight_bytes += static_cast<int64_t>(param.value.nbytes());
  }
  total.receptive_field = total.nodes[static_cast<size_t>(graph.outputs.at(0))].receptive_field;
  total.peak_ram_bytes = memory_plan(graph, all).peak_bytes;
  return total;
}

}  // namespace lathe
