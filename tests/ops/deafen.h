/// Tools for tests that take graphs apart: readers made deaf to a unit, parameters shaken, slopes by central
/// differences.
#pragma once

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_fill.h>
#include <ATen/ops/rand_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "lathe/graph/units.h"

namespace lathe::test {

inline void seed_tensors(uint64_t seed) {
  at::manual_seed(seed);
}

/// Moves every real parameter and buffer away from the values that hide mistakes (0, 1); variances stay positive.
inline void shake_params(Graph& graph) {
  const at::NoGradGuard no_gradients;
  for (const NamedParam& entry : named_params(graph))
    if (entry.param->value.is_floating_point())
      entry.param->value.add_(at::rand_like(entry.param->value), 0.5).add_(0.1);
}

inline void to_double(Graph& graph) {
  for (const NamedParam& entry : named_params(graph)) {
    Tensor& value = entry.param->value;
    const bool trains = value.requires_grad();
    if (value.is_floating_point()) value = value.detach().to(at::kDouble).requires_grad_(trains);
  }
}

/// True when the node reads its inputs' channels along this axis of its parameter: it is tied to an input, to no output.
inline bool reads_along(const Graph& graph, const std::vector<Shape>& shapes, const Slice& slice) {
  const Node& node = graph.nodes[static_cast<size_t>(slice.node)];
  std::vector<Shape> inputs;
  for (const int input : node.inputs) inputs.push_back(shapes[static_cast<size_t>(input)]);
  for (const Tie& tie : node.op->ties({inputs, node.params})) {
    bool input = false, output = false, mine = false;
    for (const TiedAxis& axis : tie.axes) {
      input |= axis.of == TiedAxis::Of::input;
      output |= axis.of == TiedAxis::Of::output;
      mine |= axis.of == TiedAxis::Of::param && axis.param == slice.param && axis.axis == slice.axis;
    }
    if (mine && input && !output) return true;
  }
  return false;
}

/// A copy in which nobody reads the unit: the entries along the readers' input axis are zero.
inline Graph deafen(const Graph& graph, const Unit& unit) {
  Graph deaf = clone(graph);
  const std::vector<Shape> all = shapes(graph);
  for (const Slice& slice : unit.slices) {
    if (!reads_along(graph, all, slice)) continue;
    Tensor& value = deaf.nodes[static_cast<size_t>(slice.node)].params.find(slice.param)->value;
    value = at::index_fill(value.detach(), slice.axis, at::tensor({slice.entry}), 0).requires_grad_(value.requires_grad());
  }
  return deaf;
}

/// True when nothing would be left of some axis, which `remove` refuses.
inline bool empties_an_axis(const Graph& graph, const Unit& unit) {
  std::map<std::tuple<int, std::string, int64_t>, int64_t> cut;
  for (const Slice& slice : unit.slices) ++cut[{slice.node, slice.param, slice.axis}];
  for (const auto& [place, count] : cut)
    if (graph.nodes[static_cast<size_t>(std::get<0>(place))].params[std::get<1>(place)].size(std::get<2>(place)) <=
        count)
      return true;
  return false;
}

/// d loss / d leaf by central differences, one value at a time. `leaf` is of type double and contiguous.
inline Tensor slopes(const Tensor& leaf, const std::function<Tensor()>& loss) {
  const at::NoGradGuard no_gradients;
  constexpr double kStep = 1e-5;
  Tensor found = at::zeros_like(leaf);
  double* value = leaf.mutable_data_ptr<double>();
  for (int64_t i = 0; i < leaf.numel(); ++i) {
    const double middle = value[i];
    value[i] = middle + kStep;
    const double above = loss().item<double>();
    value[i] = middle - kStep;
    const double below = loss().item<double>();
    value[i] = middle;
    found.mutable_data_ptr<double>()[i] = (above - below) / (2 * kStep);
  }
  return found;
}

}  // namespace lathe::test
