/// Units on nets of every shape that pruning meets: the exact slices, and outputs that do not change.
#include "lathe/graph/units.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/graph/print.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Names = std::vector<std::string>;
using test::error_of;

std::string slice_text(const Graph& graph, const Slice& slice) {
  return fmt::format("{}.{}:{}[{}]", graph.nodes[static_cast<size_t>(slice.node)].name, slice.param, slice.axis,
                     slice.entry);
}

Names slices(const Graph& graph, const Unit& unit) {
  Names names;
  for (const Slice& slice : unit.slices) names.push_back(slice_text(graph, slice));
  return names;
}

/// The unit that holds this channel of that node's output.
Unit unit_of(const Graph& graph, std::string_view node, int64_t channel) {
  for (const Unit& unit : units(graph))
    for (const Channel& each : unit.channels)
      if (each.node == graph.index(node) && each.channel == channel) return unit;
  throw Error("no such unit");
}

/// Every free unit can go once nobody reads it, and nothing changes.
void expect_free_units_are_free(const Graph& graph, size_t count) {
  test::seed_tensors(1);
  const Tensor x = at::randn(shapes(graph)[0].with(0, 2).sizes());
  size_t found = 0;
  for (const Unit& unit : units(graph)) {
    if (unit.pinned) continue;
    ++found;
    const Graph deaf = test::deafen(graph, unit);
    Graph smaller = deaf;
    remove(smaller, {unit});
    EXPECT_TRUE(at::allclose(run(deaf, x), run(smaller, x), 1e-5, 1e-5)) << slice_text(graph, unit.slices[0]);
    EXPECT_EQ(parameter_count(graph) - parameter_count(smaller), unit.parameters);
  }
  EXPECT_EQ(found, count);
}

Graph finished(Builder& builder, const Value& output) {
  Graph graph = builder.finish({output});
  test::shake_params(graph);
  return graph;
}

Graph residual() {
  Builder builder;
  Value x =
      relu(batch_norm(conv(builder.input("x", {1, 8}), "stem", {.out = 3, .kernel = 3, .same = true}), "norm"), "act");
  Value branch = relu(conv(x, "a", {.out = 2, .kernel = 3, .same = true}), "mid");
  branch = conv(branch, "b", {.out = 3, .kernel = 3, .same = true});
  return finished(builder, conv(relu(add({x, branch}, "sum"), "end"), "head", {.out = 1}));
}

TEST(Units, ResidualBranchesShareAUnit) {
  const Graph graph = residual();
  for (const int64_t i : {0, 1, 2}) {
    const Names expected = {fmt::format("stem.bias:0[{}]", i),        fmt::format("stem.weight:0[{}]", i),
                            fmt::format("norm.bias:0[{}]", i),        fmt::format("norm.running_mean:0[{}]", i),
                            fmt::format("norm.running_var:0[{}]", i), fmt::format("norm.weight:0[{}]", i),
                            fmt::format("a.weight:1[{}]", i),         fmt::format("b.bias:0[{}]", i),
                            fmt::format("b.weight:0[{}]", i),         fmt::format("head.weight:1[{}]", i)};
    for (const char* node : {"stem", "norm", "act", "b", "sum", "end"})
      EXPECT_EQ(slices(graph, unit_of(graph, node, i)), expected) << node;
  }
  EXPECT_EQ(slices(graph, unit_of(graph, "mid", 1)), (Names{"a.bias:0[1]", "a.weight:0[1]", "b.weight:1[1]"}));
  expect_free_units_are_free(graph, 5);
}

TEST(Units, ADepthwiseFilterGoesWithItsChannel) {
  Builder builder;
  Value x = conv(builder.input("x", {1, 8}), "stem", {.out = 4, .kernel = 3});
  x = relu(conv(x, "deep", {.out = 4, .kernel = 3, .groups = 4}), "act");
  const Graph graph = finished(builder, conv(x, "point", {.out = 2}));
  for (const int64_t i : {0, 3})
    EXPECT_EQ(slices(graph, unit_of(graph, "deep", i)),
              (Names{fmt::format("stem.bias:0[{}]", i), fmt::format("stem.weight:0[{}]", i),
                     fmt::format("deep.bias:0[{}]", i), fmt::format("deep.weight:0[{}]", i),
                     fmt::format("point.weight:1[{}]", i)}));
  expect_free_units_are_free(graph, 4);
}

Graph grouped() {
  Builder builder;
  Value x = relu(conv(builder.input("x", {1, 8}), "stem", {.out = 12, .kernel = 3}), "act");
  x = conv(x, "split", {.out = 12, .kernel = 3, .groups = 3});
  return finished(builder, conv(x, "head", {.out = 2}));
}

TEST(Units, GroupedConvLosesOneChannelOfEveryGroup) {
  const Graph graph = grouped();
  EXPECT_EQ(slices(graph, unit_of(graph, "stem", 5)),
            (Names{"stem.bias:0[1]", "stem.bias:0[5]", "stem.bias:0[9]", "stem.weight:0[1]", "stem.weight:0[5]",
                   "stem.weight:0[9]", "split.weight:1[1]"}));
  EXPECT_EQ(slices(graph, unit_of(graph, "split", 2)),
            (Names{"split.bias:0[2]", "split.bias:0[6]", "split.bias:0[10]", "split.weight:0[2]", "split.weight:0[6]",
                   "split.weight:0[10]", "head.weight:1[2]", "head.weight:1[6]", "head.weight:1[10]"}));
  expect_free_units_are_free(graph, 8);
}

TEST(Units, HalfAGroupedConvKeepsItsGroups) {
  Graph graph = grouped();
  remove(graph, {unit_of(graph, "stem", 0), unit_of(graph, "stem", 1), unit_of(graph, "split", 0),
                 unit_of(graph, "split", 1)});
  EXPECT_EQ(Shape(graph.node("split").params["weight"].sizes().vec()), Shape({6, 2, 3}));
  EXPECT_EQ(run(graph, at::randn({1, 1, 8})).size(1), 2);
}

TEST(Units, ConcatShiftsTheSecondInput) {
  Builder builder;
  const Value x = builder.input("x", {1, 8});
  const Value a = conv(x, "a", {.out = 2, .kernel = 3}), b = conv(x, "b", {.out = 3, .kernel = 3});
  const Graph graph = finished(builder, conv(relu(concat({a, b}, "both"), "act"), "head", {.out = 1}));
  EXPECT_EQ(slices(graph, unit_of(graph, "a", 1)), (Names{"a.bias:0[1]", "a.weight:0[1]", "head.weight:1[1]"}));
  EXPECT_EQ(slices(graph, unit_of(graph, "b", 1)), (Names{"b.bias:0[1]", "b.weight:0[1]", "head.weight:1[3]"}));
  expect_free_units_are_free(graph, 5);
}

TEST(Units, FlattenTakesAllSamplesOfAChannel) {
  Builder builder;
  Value x = conv(builder.input("x", {1, 22}), "stem", {.out = 4, .kernel = 3});
  x = flatten(max_pool(x, "pool", {}), "flat");
  Graph graph = finished(builder, linear(x, "head", {.out = 3}));
  Names expected = {"stem.bias:0[1]", "stem.weight:0[1]"};
  for (int entry = 10; entry < 20; ++entry) expected.push_back(fmt::format("head.weight:1[{}]", entry));
  EXPECT_EQ(slices(graph, unit_of(graph, "stem", 1)), expected);
  expect_free_units_are_free(graph, 4);
  const Tensor before = graph.node("head").params["weight"].detach();
  remove(graph, {unit_of(graph, "stem", 0), unit_of(graph, "stem", 1)});
  EXPECT_TRUE(at::equal(graph.node("head").params["weight"], before.narrow(1, 20, 20)));
}

TEST(Units, InputsAndOutputsArePinned) {
  const Graph graph = residual();
  EXPECT_TRUE(unit_of(graph, "x", 0).pinned);
  EXPECT_TRUE(unit_of(graph, "head", 0).pinned);
  EXPECT_FALSE(unit_of(graph, "stem", 0).pinned);
  Graph copy = graph;
  EXPECT_EQ(error_of([&] { remove(copy, {unit_of(graph, "head", 0)}); }),
            "remove: node 'head': channel 0 is pinned (a graph input or output depends on it)");
}

TEST(Units, AnInnerOutputIsPinnedToo) {
  Builder builder;
  const Value a = conv(builder.input("x", {1, 8}), "a", {.out = 2, .kernel = 3});
  const Value b = conv(a, "b", {.out = 2, .kernel = 3});
  const Graph graph = builder.finish({b, a});
  EXPECT_TRUE(unit_of(graph, "a", 1).pinned);
}

TEST(Units, AWholeLayerCannotGo) {
  Graph graph = residual();
  const std::string before = print(graph);
  EXPECT_EQ(error_of([&] { remove(graph, {unit_of(graph, "a", 0), unit_of(graph, "a", 1)}); }),
            "remove: node 'a': all 2 channels would go; at least one must stay");
  EXPECT_EQ(print(graph), before);
}

TEST(Units, RemovalKeepsWhatTrains) {
  Graph graph = residual();
  graph.node("b").params.find("weight")->value.set_requires_grad(false);
  remove(graph, {unit_of(graph, "stem", 0)});
  EXPECT_TRUE(graph.node("a").params["weight"].requires_grad());
  EXPECT_FALSE(graph.node("b").params["weight"].requires_grad());
  EXPECT_FALSE(graph.node("norm").params["running_mean"].requires_grad());
}

}  // namespace
}  // namespace lathe
