/// What diff says of two graphs that differ in one thing.
#include "lathe/exec/diff.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>

#include <limits>

#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Names = std::vector<std::string>;

struct Setting {
  int64_t stride = 1, hidden = 4;
  bool leaky = false, extra = false;
};

Graph net(const Setting& setting = {}) {
  at::manual_seed(3);
  Builder builder;
  Value x = conv(builder.input("x", {2, 16}), "stem",
                 {.out = setting.hidden, .kernel = 3, .stride = setting.stride, .padding = {1}});
  x = setting.leaky ? leaky_relu(x, "act") : relu(x, "act");
  if (setting.extra) x = sigmoid(x, "gate");
  return builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 3})});
}

TEST(Diff, AGraphAndItsCopyAreIdentical) {
  const Graph graph = net();
  const GraphDiff found = diff(graph, clone(graph));
  EXPECT_TRUE(found.identical());
  EXPECT_EQ(found.weights->absolute, 0);
  EXPECT_EQ(found.outputs->relative, 0);
  EXPECT_EQ(found.parameters_a, 4 * 2 * 3 + 4 + 4 * 3 + 3);
  EXPECT_EQ(found.parameters_b, found.parameters_a);
}

TEST(Diff, AnAttributeThatDiffersIsNamedWithBothValues) {
  const GraphDiff found = diff(net(), net({.stride = 2}));
  EXPECT_EQ(found.changed, (Names{"node 'stem': stride [1] became [2]"}));
  EXPECT_EQ(found.weights->absolute, 0);
  EXPECT_GT(found.outputs->relative, 0);
  EXPECT_FALSE(found.same_structure());
}

TEST(Diff, AnOpThatDiffersIsNamedWithoutItsAttributes) {
  EXPECT_EQ(diff(net(), net({.leaky = true})).changed, (Names{"node 'act': op relu became leaky_relu"}));
}

TEST(Diff, NodesOnlyInOneAreListedAndTheirReadersReadOthers) {
  const GraphDiff found = diff(net(), net({.extra = true})), back = diff(net({.extra = true}), net());
  EXPECT_EQ(found.only_in_a, Names{});
  EXPECT_EQ(found.only_in_b, Names{"gate"});
  EXPECT_EQ(found.changed, (Names{"node 'mean': input act became gate"}));
  EXPECT_EQ(back.only_in_a, Names{"gate"});
}

TEST(Diff, SizesOfWeightsAreStructureAndParametersAreCounted) {
  const GraphDiff found = diff(net(), net({.hidden = 3}));
  EXPECT_EQ(found.changed, (Names{"node 'stem': bias [4] became [3]", "node 'stem': weight [4, 2, 3] became [3, 2, 3]",
                                  "node 'head': weight [3, 4] became [3, 3]"}));
  EXPECT_EQ(found.parameters_b, 3 * 2 * 3 + 3 + 3 * 3 + 3);
}

TEST(Diff, TheLargestWeightDifferenceIsRelativeAndSaysWhere) {
  const Graph a = net();
  Graph b = clone(a);
  const at::NoGradGuard no_gradients;
  a.node("head").params["bias"].fill_(2);
  b.node("head").params["bias"].fill_(2).select(0, 1).fill_(2.5);
  const GraphDiff found = diff(a, b);
  EXPECT_EQ(found.weights->name, "head.bias");
  EXPECT_DOUBLE_EQ(found.weights->absolute, 0.5);
  EXPECT_DOUBLE_EQ(found.weights->relative, 0.2);
  EXPECT_EQ(found.outputs->name, "head");
  EXPECT_NEAR(found.outputs->absolute, 0.5, 1e-6);
  EXPECT_TRUE(found.same_structure());
  EXPECT_FALSE(found.identical());
}

TEST(Diff, ValuesThatAreNoNumberAreInfinitelyFarFromNumbers) {
  const Graph a = net();
  Graph b = clone(a);
  const at::NoGradGuard no_gradients;
  b.node("head").params["bias"].select(0, 0).fill_(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(diff(a, b).weights->relative, std::numeric_limits<double>::infinity());
  EXPECT_EQ(diff(b, clone(b)).weights->relative, 0);
  EXPECT_EQ(diff(b, clone(b)).outputs->relative, 0);
}

TEST(Diff, OutputsAreNotComparedWhereInputsOrOutputsDiffer) {
  Builder builder;
  const Graph other = builder.finish({relu(builder.input("x", {2, 17}), "act")});
  EXPECT_EQ(diff(net(), other).why_no_outputs, "the inputs differ: [1, 2, 16] and [1, 2, 17]");
  Builder same_input;
  const Graph longer = same_input.finish({relu(same_input.input("x", {2, 16}), "act")});
  const GraphDiff found = diff(net(), longer);
  EXPECT_EQ(found.why_no_outputs, "the outputs differ: [1, 3] and [1, 2, 16]");
  EXPECT_FALSE(found.outputs.has_value());
  EXPECT_FALSE(found.weights.has_value());
}

}  // namespace
}  // namespace lathe
