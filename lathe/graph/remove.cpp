/// Cuts units out of parameters: all axes of a tensor at once, so that what goes is never copied.
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <cstring>

#include "lathe/graph/units.h"
#include "lathe/graph/verify.h"

namespace lathe {
namespace {

/// What goes from one axis of one parameter.
struct Gone {
  int64_t axis;
  std::vector<char> entries;
  int64_t count = 0;

  void add(int64_t entry) {
    char& gone = entries[static_cast<size_t>(entry)];
    count += gone == 0 ? 1 : 0;
    gone = 1;
  }
};

/// A parameter that shrinks.
struct Shrinking {
  Param* param;
  std::vector<Gone> axes;

  Gone& along(int64_t axis) {
    for (Gone& gone : axes)
      if (gone.axis == axis) return gone;
    axes.push_back({axis, std::vector<char>(static_cast<size_t>(param->value.size(axis)))});
    return axes.back();
  }
};

/// Entries that stay, as runs: copied as a whole where they are side by side in memory.
struct Run {
  int64_t first, count;
};

std::vector<Run> runs(int64_t size, const Gone* gone) {
  if (gone == nullptr) return {{0, size}};
  std::vector<Run> runs;
  for (int64_t entry = 0; entry < size; ++entry) {
    if (gone->entries[static_cast<size_t>(entry)] != 0) continue;
    if (!runs.empty() && runs.back().first + runs.back().count == entry)
      ++runs.back().count;
    else
      runs.push_back({entry, 1});
  }
  return runs;
}

/// Walks the axes that shrink, outermost first; below the last one, memory is copied run by run.
class Copy {
 public:
  Copy(const Tensor& from, const std::vector<Gone>& axes) : item_(static_cast<int64_t>(from.element_size())) {
    for (const Gone& gone : axes) last_ = std::max(last_, gone.axis);
    for (int64_t axis = 0; axis <= last_; ++axis) {
      const auto gone = std::find_if(axes.begin(), axes.end(), [&](const Gone& each) { return each.axis == axis; });
      runs_.push_back(runs(from.size(axis), gone == axes.end() ? nullptr : &*gone));
      bytes_.push_back(from.stride(axis) * item_);
    }
  }
  void operator()(const char* from, char* to) {
    to_ = to;
    walk(from, 0);
  }

 private:
  int64_t item_, last_ = 0;
  std::vector<std::vector<Run>> runs_;
  std::vector<int64_t> bytes_;  ///< from an entry to the next
  char* to_ = nullptr;

  void walk(const char* from, int64_t axis) {
    const int64_t bytes = bytes_[static_cast<size_t>(axis)];
    for (const Run& run : runs_[static_cast<size_t>(axis)]) {
      if (axis == last_) {
        std::memcpy(to_, from + run.first * bytes, static_cast<size_t>(run.count * bytes));
        to_ += run.count * bytes;
        continue;
      }
      for (int64_t entry = run.first; entry < run.first + run.count; ++entry) walk(from + entry * bytes, axis + 1);
    }
  }
};

Tensor without_entries(const Tensor& value, const std::vector<Gone>& axes) {
  if (value.is_cpu() && value.is_contiguous()) {
    std::vector<int64_t> sizes = value.sizes().vec();
    for (const Gone& gone : axes) sizes[static_cast<size_t>(gone.axis)] -= gone.count;
    Tensor smaller = at::empty(sizes, value.options().requires_grad(false));
    Copy(value, axes)(static_cast<const char*>(value.const_data_ptr()), static_cast<char*>(smaller.mutable_data_ptr()));
    return smaller;
  }
  Tensor smaller = value.detach();
  for (const Gone& gone : axes) {
    std::vector<int64_t> kept;
    for (const Run& run : runs(value.size(gone.axis), &gone))
      for (int64_t entry = run.first; entry < run.first + run.count; ++entry) kept.push_back(entry);
    const Tensor index = at::from_blob(kept.data(), {std::ssize(kept)}, at::kLong).to(value.device());
    smaller = at::index_select(smaller, gone.axis, index);
  }
  return smaller;
}

Shrinking& shrinking(std::vector<Shrinking>& of_node, Node& node, const std::string& name) {
  for (Shrinking& each : of_node)
    if (each.param->name == name) return each;
  of_node.push_back({node.params.find(name), {}});
  return of_node.back();
}

/// A node all of whose channels go: those that a slice of channels reads, say, while others stay.
void check_channels(const Graph& graph, const std::vector<Unit>& doomed) {
  std::vector<int64_t> gone(graph.nodes.size());
  for (const Unit& unit : doomed)
    for (const Channel& channel : unit.channels) ++gone[static_cast<size_t>(channel.node)];
  const std::vector<Shape> all = shapes(graph);
  for (size_t i = 0; i < gone.size(); ++i)
    check(gone[i] == 0 || gone[i] < all[i][1], "remove: node '{}': all {} channels would go; at least one must stay",
          graph.nodes[i].name, gone[i]);
}

}  // namespace

void remove(Graph& graph, const std::vector<Unit>& doomed) {
  if (doomed.empty()) return;
  Graph edited = graph;
  std::vector<std::vector<Shrinking>> by_node(graph.nodes.size());
  for (const Unit& unit : doomed) {
    check(!unit.pinned, "remove: node '{}': channel {} is pinned (a graph input or output depends on it)",
          graph.nodes[static_cast<size_t>(unit.channels.at(0).node)].name, unit.channels.at(0).channel);
    for (const Slice& slice : unit.slices) {
      const auto node = static_cast<size_t>(slice.node);
      shrinking(by_node[node], edited.nodes[node], slice.param).along(slice.axis).add(slice.entry);
    }
  }
  for (size_t i = 0; i < by_node.size(); ++i)
    for (const Shrinking& each : by_node[i])
      for (const Gone& gone : each.axes)
        check(gone.count < each.param->value.size(gone.axis),
              "remove: node '{}': all {} channels would go; at least one must stay", graph.nodes[i].name, gone.count);
  check_channels(graph, doomed);
  for (const std::vector<Shrinking>& of_node : by_node)
    for (const Shrinking& each : of_node) {
      const bool trains = each.param->value.requires_grad();
      each.param->value = without_entries(each.param->value, each.axes);
      each.param->value.set_requires_grad(trains);
    }
  verify(edited);
  graph = std::move(edited);
}

}  // namespace lathe
