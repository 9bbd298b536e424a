#include "lathe/cost/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace lathe {
namespace {

constexpr int64_t kAlignment = 16;

std::vector<int> last_readers(const Graph& graph) {
  std::vector<int> last(graph.nodes.size());
  std::iota(last.begin(), last.end(), 0);
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (const int input : graph.nodes[i].inputs) last[static_cast<size_t>(input)] = static_cast<int>(i);
  for (const int output : graph.outputs) last[static_cast<size_t>(output)] = static_cast<int>(graph.nodes.size());
  return last;
}

void assign(const Graph& graph, const std::vector<Shape>& shapes, int64_t value_bytes, MemoryPlan& plan) {
  const std::vector<int> last = last_readers(graph);
  plan.buffer_of.resize(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const int64_t bytes = shapes[i].count() / shapes[i][0] * value_bytes;
    if (node.op->in_place() && !node.inputs.empty()) {
      const auto source = static_cast<size_t>(plan.buffer_of[static_cast<size_t>(node.inputs[0])]);
      Buffer& buffer = plan.buffers[source];
      if (buffer.last == static_cast<int>(i) && buffer.bytes == bytes) {
        buffer.last = last[i];
        buffer.nodes.push_back(static_cast<int>(i));
        plan.buffer_of[i] = static_cast<int>(source);
        continue;
      }
    }
    plan.buffer_of[i] = static_cast<int>(plan.buffers.size());
    const int first =
        node.inputs.empty() ? 0 : static_cast<int>(i);  // the caller fills inputs before the first node runs
    plan.buffers.push_back({first, last[i], bytes, 0, {static_cast<int>(i)}});
  }
}

bool overlap(const Buffer& a, const Buffer& b) {
  return a.first <= b.last && b.first <= a.last;
}

void place(MemoryPlan& plan) {
  std::vector<size_t> order(plan.buffers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return plan.buffers[a].bytes > plan.buffers[b].bytes; });
  std::vector<const Buffer*> placed;  // sorted by offset
  for (const size_t which : order) {
    Buffer& buffer = plan.buffers[which];
    int64_t offset = 0;
    for (const Buffer* other : placed)
      if (overlap(buffer, *other) && offset < other->offset_bytes + other->bytes &&
          other->offset_bytes < offset + buffer.bytes)
        offset = (other->offset_bytes + other->bytes + kAlignment - 1) / kAlignment * kAlignment;
    buffer.offset_bytes = offset;
    placed.insert(std::upper_bound(placed.begin(), placed.end(), &buffer,
                                   [](const Buffer* a, const Buffer* b) { return a->offset_bytes < b->offset_bytes; }),
                  &buffer);
    plan.arena_bytes = std::max(plan.arena_bytes, offset + buffer.bytes);
  }
}

}  // namespace

MemoryPlan memory_plan(const Graph& graph, const std::vector<Shape>& shapes, int64_t value_bytes) {
  MemoryPlan plan;
  assign(graph, shapes, value_bytes, plan);
  for (int node = 0; node < static_cast<int>(graph.nodes.size()); ++node) {
    int64_t alive = 0;
    for (const Buffer& buffer : plan.buffers)
      if (buffer.first <= node && node <= buffer.last) alive += buffer.bytes;
    plan.peak_bytes = std::max(plan.peak_bytes, alive);
  }
  place(plan);
  return plan;
}

}  // namespace lathe
