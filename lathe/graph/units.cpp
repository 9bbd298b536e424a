#include "lathe/graph/units.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "lathe/graph/verify.h"

namespace lathe {
namespace {

/// Union-find over numbered channels.
class Classes {
 public:
  int64_t make(int64_t count) {
    const auto first = static_cast<int64_t>(parent_.size());
    parent_.resize(parent_.size() + static_cast<size_t>(count));
    std::iota(parent_.begin() + first, parent_.end(), first);
    return first;
  }
  int64_t find(int64_t member) {
    while (parent_[static_cast<size_t>(member)] != member) {
      auto& parent = parent_[static_cast<size_t>(member)];
      parent = parent_[static_cast<size_t>(parent)];
      member = parent;
    }
    return member;
  }
  void unite(int64_t a, int64_t b) {
    a = find(a);
    b = find(b);
    parent_[static_cast<size_t>(std::max(a, b))] = std::min(a, b);  // the earliest member names the class
  }

 private:
  std::vector<int64_t> parent_;
};

/// An axis whose entries are numbered: a node's output channels, or an axis of one parameter.
struct NumberedAxis {
  int node;
  std::string param;  ///< empty: the output's channel axis
  int64_t axis;
  int64_t size;
  int64_t first;  ///< number of entry 0
};

class Numbering {
 public:
  explicit Numbering(const Graph& graph) : graph_(graph), shapes_(shapes(graph)) {
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      if (shapes_[i].rank() >= 2) number({static_cast<int>(i), "", 1, shapes_[i][1], 0});
    for (size_t i = 0; i < graph.nodes.size(); ++i) tie(static_cast<int>(i));
    pin_outputs();
  }

  std::vector<Unit> units() {
    std::map<int64_t, Unit> found;
    for (const NumberedAxis& axis : axes_)
      for (int64_t entry = 0; entry < axis.size; ++entry) {
        const int64_t number = axis.first + entry;
        Unit& unit = found[classes_.find(number)];
        if (axis.param.empty())
          unit.channels.push_back({axis.node, entry});
        else
          unit.slices.push_back({axis.node, axis.param, axis.axis, entry});
        unit.pinned |= pinned_.count(number) > 0;
        unit.exact &= inexact_.count(number) == 0;
      }
    std::vector<Unit> ordered;
    for (auto& [first, unit] : found) {
      if (unit.slices.empty()) unit.pinned = true;  // nothing to cut: the channel comes from outside
      std::sort(unit.slices.begin(), unit.slices.end());
      unit.parameters = parameters_of(unit);
      ordered.push_back(std::move(unit));
    }
    return ordered;
  }

 private:
  const Graph& graph_;
  std::vector<Shape> shapes_;
  std::vector<NumberedAxis> axes_;
  std::map<std::tuple<int, std::string, int64_t>, size_t> places_;
  Classes classes_;
  std::set<int64_t> pinned_, inexact_;

  const NumberedAxis& number(NumberedAxis axis) {
    const auto [place, fresh] = places_.try_emplace({axis.node, axis.param, axis.axis}, axes_.size());
    if (fresh) {
      axis.first = classes_.make(axis.size);
      axes_.push_back(axis);
    }
    return axes_[place->second];
  }

  const NumberedAxis& axis_of(const TiedAxis& tied, int node) {
    if (tied.of == TiedAxis::Of::input) node = graph_.nodes[static_cast<size_t>(node)].inputs[static_cast<size_t>(tied.input)];
    if (tied.of != TiedAxis::Of::param) return number({node, "", 1, shapes_[static_cast<size_t>(node)][1], 0});
    const Tensor& value = graph_.nodes[static_cast<size_t>(node)].params[tied.param];
    return number({node, tied.param, tied.axis, value.size(tied.axis), 0});
  }

  void tie(int index) {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(shapes_[static_cast<size_t>(input)]);
    std::set<int64_t> mentioned;
    for (const Tie& tie : node.op->ties({mine, node.params})) {
      for (int64_t channel = 0; channel < tie.channels; ++channel) {
        int64_t anchor = -1;
        for (const TiedAxis& tied : tie.axes) {
          const int64_t first = axis_of(tied, index).first;
          for (int64_t block = 0; block < tied.blocks; ++block)
            for (int64_t r = 0; r < tied.repeat; ++r) {
              const int64_t number = first + tied.offset + (block * tie.channels + channel) * tied.repeat + r;
              if (tied.of != TiedAxis::Of::param) mentioned.insert(number);
              if (!tie.exact) inexact_.insert(number);
              if (anchor < 0) anchor = number;
              classes_.unite(anchor, number);
            }
        }
      }
    }
    pin_unmentioned(index, mentioned);
    for (const int input : node.inputs) pin_unmentioned(input, mentioned);
  }

  /// What an op does not tie it cannot shrink.
  void pin_unmentioned(int node, const std::set<int64_t>& mentioned) {
    if (shapes_[static_cast<size_t>(node)].rank() < 2) return;
    const NumberedAxis axis = number({node, "", 1, shapes_[static_cast<size_t>(node)][1], 0});
    for (int64_t entry = 0; entry < axis.size; ++entry)
      if (mentioned.count(axis.first + entry) == 0) pinned_.insert(axis.first + entry);
  }

  void pin_outputs() {
    for (const int output : graph_.outputs) pin_unmentioned(output, {});
  }

  int64_t parameters_of(const Unit& unit) const {
    std::map<std::pair<int, std::string>, std::map<int64_t, int64_t>> cut;
    for (const Slice& slice : unit.slices) ++cut[{slice.node, slice.param}][slice.axis];
    int64_t total = 0;
    for (const auto& [place, axes] : cut) {
      const Param& param = *graph_.nodes[static_cast<size_t>(place.first)].params.find(place.second);
      if (param.buffer) continue;
      int64_t kept = param.value.numel();
      for (const auto& [axis, count] : axes) kept = kept / param.value.size(axis) * (param.value.size(axis) - count);
      total += param.value.numel() - kept;
    }
    return total;
  }
};

Tensor without_entries(const Tensor& value, int64_t axis, const std::set<int64_t>& gone) {
  std::vector<int64_t> kept;
  for (int64_t entry = 0; entry < value.size(axis); ++entry)
    if (gone.count(entry) == 0) kept.push_back(entry);
  const Tensor index = at::from_blob(kept.data(), {static_cast<int64_t>(kept.size())}, at::kLong).to(value.device());
  return at::index_select(value.detach(), axis, index);
}

}  // namespace

std::vector<Unit> units(const Graph& graph) { return Numbering(graph).units(); }

void remove(Graph& graph, const std::vector<Unit>& doomed) {
  std::map<std::tuple<int, std::string, int64_t>, std::set<int64_t>> gone;
  for (const Unit& unit : doomed) {
    check(!unit.pinned, "remove: node '{}': channel {} is pinned (a graph input or output depends on it)",
          graph.nodes[static_cast<size_t>(unit.channels.at(0).node)].name, unit.channels.at(0).channel);
    for (const Slice& slice : unit.slices) gone[{slice.node, slice.param, slice.axis}].insert(slice.entry);
  }
  Graph edited = graph;
  for (const auto& [place, entries] : gone) {
    const auto& [index, name, axis] = place;
    Node& node = edited.nodes[static_cast<size_t>(index)];
    Param& param = *node.params.find(name);
    check(static_cast<int64_t>(entries.size()) < param.value.size(axis),
          "remove: node '{}': all {} channels would go; at least one must stay", node.name, param.value.size(axis));
    const bool trains = param.value.requires_grad();
    param.value = without_entries(param.value, axis, entries);
    param.value.set_requires_grad(trains);
  }
  verify(edited);
  graph = std::move(edited);
}

}  // namespace lathe
