#include "lathe/graph/units.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace lathe {
namespace {

/// Union-find over numbered channels.
class Classes {
 public:
  int64_t make(int64_t count) {
    const int64_t first = size();
    check(first + count <= INT32_MAX, "units: the graph has more than {} entries of channels", INT32_MAX);
    parent_.resize(parent_.size() + static_cast<size_t>(count));
    std::iota(parent_.begin() + first, parent_.end(), static_cast<int32_t>(first));
    return first;
  }
  int64_t size() const { return std::ssize(parent_); }
  int64_t find(int64_t member) {
    while (parent_[static_cast<size_t>(member)] != member) {
      int32_t& parent = parent_[static_cast<size_t>(member)];
      parent = parent_[static_cast<size_t>(parent)];
      member = parent;
    }
    return member;
  }
  void unite(int64_t a, int64_t b) {
    a = find(a);
    b = find(b);
    // The earliest member names the class.
    parent_[static_cast<size_t>(std::max(a, b))] = static_cast<int32_t>(std::min(a, b));
  }

 private:
  std::vector<int32_t> parent_;  // half the memory: the walk is as fast as the cache
};

/// An axis whose entries are numbered: a node's output channels, or an axis of one parameter.
struct NumberedAxis {
  int node;
  const Param* param;  ///< null: the output's channel axis
  int64_t axis;
  int64_t size;
  int64_t first;  ///< number of entry 0
};

bool in_graph_order(const NumberedAxis& a, const NumberedAxis& b) {
  static const std::string output;
  const auto key = [](const NumberedAxis& axis) {
    return std::tuple<int, std::string_view, int64_t>(axis.node, axis.param == nullptr ? output : axis.param->name,
                                                      axis.axis);
  };
  return key(a) < key(b);
}

/// What a unit leaves of the parameter that it was last seen to cut.
struct Tally {
  const NumberedAxis* axis = nullptr;  ///< the one that is being counted
  int64_t kept = 0;                    ///< values left by the axes before it
  int64_t count = 0;                   ///< entries of it that go

  int64_t left() const { return kept / axis->size * (axis->size - count); }
  int64_t gone() const { return axis == nullptr || axis->param->buffer ? 0 : axis->param->value.numel() - left(); }
};

/// Flat tables by number throughout: a network has a few hundred thousand entries, and this runs for each target that a
/// search tries.
class Numbering {
 public:
  explicit Numbering(const Graph& graph) : graph_(graph), shapes_(shapes(graph)), param_axes_(graph.nodes.size()) {
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      first_of_output_.push_back(shapes_[i].rank() >= 2 ? number({static_cast<int>(i), nullptr, 1, shapes_[i][1], 0})
                                                        : -1);
    mentioned_by_.assign(static_cast<size_t>(classes_.size()), -1);
    for (size_t i = 0; i < graph.nodes.size(); ++i) tie(static_cast<int>(i));
    for (const int output : graph_.outputs) pin_unmentioned(output, kNobody);
  }

  std::vector<Unit> units() {
    std::sort(axes_.begin(), axes_.end(), in_graph_order);  // so that every unit's slices are sorted
    const std::vector<size_t> place = places();
    const size_t count = place.empty() ? 0 : *std::max_element(place.begin(), place.end()) + 1;
    std::vector<Unit> units(count);
    reserve(units, place);
    std::vector<Tally> tallies(count);
    for (const NumberedAxis& axis : axes_)
      for (int64_t entry = 0; entry < axis.size; ++entry) {
        const auto number = static_cast<size_t>(axis.first + entry);
        Unit& unit = units[place[number]];
        unit.pinned |= pinned_[number] != 0;
        unit.exact &= inexact_[number] == 0;
        if (axis.param == nullptr) {
          unit.channels.push_back({axis.node, entry});
          continue;
        }
        count_in(tallies[place[number]], unit, axis);
        unit.slices.push_back({axis.node, axis.param->name, axis.axis, entry});
      }
    for (size_t i = 0; i < count; ++i) {
      units[i].parameters += tallies[i].gone();
      if (units[i].slices.empty()) units[i].pinned = true;  // nothing to cut: the channel comes from outside
    }
    return units;
  }

 private:
  static constexpr int kNobody = -2;
  const Graph& graph_;
  std::vector<Shape> shapes_;
  std::vector<NumberedAxis> axes_;
  std::vector<int64_t> first_of_output_;
  std::vector<std::vector<NumberedAxis>> param_axes_;  ///< by node
  Classes classes_;
  std::vector<char> pinned_, inexact_;
  std::vector<int> mentioned_by_;  ///< for output channels: the node whose ties last spoke of them

  int64_t number(NumberedAxis axis) {
    axis.first = classes_.make(axis.size);
    pinned_.resize(static_cast<size_t>(classes_.size()));
    inexact_.resize(static_cast<size_t>(classes_.size()));
    axes_.push_back(axis);
    return axis.first;
  }

  int64_t first_of(const TiedAxis& tied, int index) {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    if (tied.of == TiedAxis::Of::input)
      return first_of_output_[static_cast<size_t>(node.inputs[static_cast<size_t>(tied.input)])];
    if (tied.of == TiedAxis::Of::output) return first_of_output_[static_cast<size_t>(index)];
    std::vector<NumberedAxis>& mine = param_axes_[static_cast<size_t>(index)];
    for (const NumberedAxis& axis : mine)
      if (axis.axis == tied.axis && axis.param->name == tied.param) return axis.first;
    const Param* param = node.params.find(tied.param);
    mine.push_back({index, param, tied.axis, param->value.size(tied.axis), 0});
    return mine.back().first = number(mine.back());
  }

  void tie(int index) {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    std::vector<Shape> mine;
    for (const int input : node.inputs) mine.push_back(shapes_[static_cast<size_t>(input)]);
    for (const Tie& tie : node.op->ties({mine, node.params})) unite(tie, index);
    pin_unmentioned(index, index);
    for (const int input : node.inputs) pin_unmentioned(input, index);
  }

  void unite(const Tie& tie, int index) {
    int64_t anchor = -1;  // number of channel 0 on the first axis, which all others are united with
    int64_t anchor_step = 0;
    for (const TiedAxis& tied : tie.axes) {
      const int64_t first = first_of(tied, index) + tied.offset;
      if (anchor < 0) anchor = first, anchor_step = tied.repeat;
      for (int64_t block = 0; block < tied.blocks; ++block)
        for (int64_t entry = 0; entry < tie.channels * tied.repeat; ++entry) {
          const int64_t number = first + block * tie.channels * tied.repeat + entry;
          if (tied.of != TiedAxis::Of::param) mentioned_by_[static_cast<size_t>(number)] = index;
          if (!tie.exact) inexact_[static_cast<size_t>(number)] = 1;
          classes_.unite(anchor + entry / tied.repeat * anchor_step, number);
        }
    }
  }

  /// What an op does not tie it cannot shrink.
  void pin_unmentioned(int node, int by) {
    const int64_t first = first_of_output_[static_cast<size_t>(node)];
    if (first < 0) return;
    for (int64_t number = first; number < first + shapes_[static_cast<size_t>(node)][1]; ++number)
      if (mentioned_by_[static_cast<size_t>(number)] != by) pinned_[static_cast<size_t>(number)] = 1;
  }

  /// For every number its unit's place, in the order of the units' first members.
  std::vector<size_t> places() {
    std::vector<size_t> place(static_cast<size_t>(classes_.size()));
    size_t made = 0;
    for (int64_t number = 0; number < classes_.size(); ++number) {
      const int64_t first = classes_.find(number);
      place[static_cast<size_t>(number)] = first == number ? made++ : place[static_cast<size_t>(first)];
    }
    return place;
  }

  void reserve(std::vector<Unit>& units, const std::vector<size_t>& place) const {
    std::vector<std::pair<size_t, size_t>> sizes(units.size());
    for (const NumberedAxis& axis : axes_)
      for (int64_t number = axis.first; number < axis.first + axis.size; ++number) {
        auto& [channels, slices] = sizes[place[static_cast<size_t>(number)]];
        ++(axis.param == nullptr ? channels : slices);
      }
    for (size_t i = 0; i < units.size(); ++i) {
      units[i].channels.reserve(sizes[i].first);
      units[i].slices.reserve(sizes[i].second);
    }
  }

  /// Counts one entry more; `axes_` are in an order that brings those of one parameter together.
  static void count_in(Tally& tally, Unit& unit, const NumberedAxis& axis) {
    if (tally.axis == &axis) {
      ++tally.count;
    } else if (tally.axis != nullptr && tally.axis->param == axis.param) {
      tally = {&axis, tally.left(), 1};
    } else {
      unit.parameters += tally.gone();
      tally = {&axis, axis.param->value.numel(), 1};
    }
  }
};

}  // namespace

std::vector<Unit> units(const Graph& graph) {
  return Numbering(graph).units();
}

}  // namespace lathe
