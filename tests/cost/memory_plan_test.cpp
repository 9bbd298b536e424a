/// The memory plan, checked by playing it through: every value is still there when it is read.
#include "lathe/cost/memory_plan.h"

#include <algorithm>

#include "lathe/base/rng.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

MemoryPlan planned(const Graph& graph) {
  return memory_plan(graph, shapes(graph));
}

/// An arena whose every byte remembers the node that wrote it last.
class Arena {
 public:
  Arena(const Graph& graph, const MemoryPlan& plan)
      : graph_(graph), plan_(plan), owner_(static_cast<size_t>(plan.arena_bytes), -1) {}

  /// The first node that finds an input or an output overwritten; -1 when all goes well.
  int play() {
    for (const int input : graph_.inputs()) write(input);
    for (int node = 0; node < static_cast<int>(graph_.nodes.size()); ++node) {
      for (const int input : graph_.nodes[static_cast<size_t>(node)].inputs)
        if (!holds(input)) return node;
      if (!graph_.nodes[static_cast<size_t>(node)].inputs.empty()) write(node);
    }
    for (const int output : graph_.outputs)
      if (!holds(output)) return output;
    return -1;
  }

 private:
  const Graph& graph_;
  const MemoryPlan& plan_;
  std::vector<int> owner_;

  const Buffer& buffer(int node) const {
    return plan_.buffers[static_cast<size_t>(plan_.buffer_of[static_cast<size_t>(node)])];
  }
  void write(int node) { std::fill_n(owner_.begin() + buffer(node).offset_bytes, buffer(node).bytes, node); }
  bool holds(int node) const {
    const auto begin = owner_.begin() + buffer(node).offset_bytes;
    return std::all_of(begin, begin + buffer(node).bytes, [&](int owner) { return owner == node; });
  }
};

/// A net of random layers over random earlier values, all 8 samples long, with one to three outputs.
Graph random_graph(Rng& rng) {
  Builder builder;
  std::vector<Value> values = {builder.input("n0", {rng.below(4) + 1, 8})};
  const auto any = [&] { return values[static_cast<size_t>(rng.below(static_cast<int64_t>(values.size())))]; };
  for (int i = 1; i < 14; ++i) {
    const std::string name = "n" + std::to_string(i);
    const Value x = rng.chance(0.6) ? values.back() : any();
    std::vector<Value> alike;
    for (const Value& value : values)
      if (value.shape() == x.shape()) alike.push_back(value);
    switch (rng.below(6)) {
      case 0:
        values.push_back(conv(x, name, {.out = rng.below(5) + 1}));
        break;
      case 1:
        values.push_back(relu(x, name));
        break;
      case 2:
        values.push_back(sigmoid(x, name));
        break;
      case 3:
        values.push_back(add({x, alike[static_cast<size_t>(rng.below(static_cast<int64_t>(alike.size())))]}, name));
        break;
      case 4:
        values.push_back(concat({x, any()}, name));
        break;
      default:
        values.push_back(builder.input(name, {rng.below(4) + 1, 8}));
    }
  }
  std::vector<Value> outputs = {values.back()};
  for (int64_t more = rng.below(3); more > 0; --more) outputs.push_back(any());
  return builder.finish(outputs);
}

TEST(MemoryPlan, NoValueIsOverwrittenBeforeItsLastReader) {
  Rng rng(11);
  for (int trial = 0; trial < 300; ++trial) {
    const Graph graph = random_graph(rng);
    const MemoryPlan plan = planned(graph);
    EXPECT_EQ(Arena(graph, plan).play(), -1) << "trial " << trial;
    EXPECT_GE(plan.arena_bytes, plan.peak_bytes);
    for (const Buffer& buffer : plan.buffers) EXPECT_EQ(buffer.offset_bytes % 16, 0);
  }
}

TEST(MemoryPlan, BuffersThatLiveTogetherLieApart) {
  Rng rng(12);
  for (int trial = 0; trial < 100; ++trial) {
    const MemoryPlan plan = planned(random_graph(rng));
    for (const Buffer& a : plan.buffers)
      for (const Buffer& b : plan.buffers) {
        if (&a == &b || a.first > b.last || b.first > a.last) continue;
        EXPECT_TRUE(a.offset_bytes + a.bytes <= b.offset_bytes || b.offset_bytes + b.bytes <= a.offset_bytes);
      }
  }
}

TEST(MemoryPlan, TheArenaTestCanFail) {
  Builder builder;
  const Value x = builder.input("x", {1, 8});
  const Graph graph = builder.finish({concat({conv(x, "c", {.out = 1}), x}, "both")});
  MemoryPlan plan = planned(graph);
  plan.buffers[1].offset_bytes = plan.buffers[0].offset_bytes;
  EXPECT_EQ(Arena(graph, plan).play(), 2);
}

TEST(MemoryPlan, AChainOfElementWiseOpsNeedsOneBuffer) {
  Builder builder;
  Value x = conv(builder.input("x", {1, 8}), "c", {.out = 4});
  x = flatten(sigmoid(relu(batch_norm(x, "n"), "r"), "s"), "f");
  const MemoryPlan plan = planned(builder.finish({x}));
  EXPECT_EQ(plan.buffers.size(), 2U);
  EXPECT_EQ(plan.buffers[1].nodes, (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(plan.peak_bytes, 4 * (8 + 32));
}

TEST(MemoryPlan, AnOutputIsNotOverwrittenInPlace) {
  Builder builder;
  const Value c = conv(builder.input("x", {1, 8}), "c", {.out = 4});
  const MemoryPlan plan = planned(builder.finish({c, relu(c, "r")}));
  EXPECT_NE(plan.buffer_of[1], plan.buffer_of[2]);
}

TEST(MemoryPlan, AValueWithALaterReaderIsNotOverwritten) {
  Builder builder;
  const Value c = conv(builder.input("x", {1, 8}), "c", {.out = 4});
  const MemoryPlan plan = planned(builder.finish({add({sigmoid(c, "s"), c}, "sum")}));
  EXPECT_NE(plan.buffer_of[1], plan.buffer_of[2]);
  EXPECT_EQ(plan.buffer_of[2], plan.buffer_of[3]);
}

TEST(MemoryPlan, EveryInputIsThereFromTheStart) {
  Builder builder;
  const Value a = conv(builder.input("a", {1, 8}), "c", {.out = 2});
  const Value b = builder.input("b", {2, 8});
  const MemoryPlan plan = planned(builder.finish({add({a, b}, "sum")}));
  EXPECT_EQ(plan.buffers[static_cast<size_t>(plan.buffer_of[2])].first, 0);
}

TEST(MemoryPlan, BytesOfAValueScaleThePlan) {
  Builder builder;
  const Graph graph = builder.finish({conv(builder.input("x", {1, 8}), "c", {.out = 4})});
  EXPECT_EQ(memory_plan(graph, shapes(graph), 1).peak_bytes, 8 + 32);
}

}  // namespace
}  // namespace lathe
