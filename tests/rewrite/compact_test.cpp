/// Compaction: dead channels go, the function stays, and what looks dead and is not stays too.
#include "lathe/rewrite/compact.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

Graph built(const std::function<Value(Value)>& build, Shape input) {
  at::manual_seed(9);
  Builder builder;
  Graph graph = builder.finish({build(builder.input("x", std::move(input)))});
  test::shake_params(graph);
  return graph;
}

Tensor weight(Graph& graph, const char* node, const char* param = "weight") {
  return graph.node(node).params[param].detach();
}

/// Compacts, and compares what the graph says before and after.
CompactReport expect_same(Graph& graph, std::vector<int64_t> sizes) {
  sizes.insert(sizes.begin(), 3);
  const at::NoGradGuard no_gradients;
  const Tensor x = at::randn(sizes), before = run(graph, x);
  const CompactReport report = compact(graph);
  EXPECT_LT(before.sub(run(graph, x)).abs().max().item<double>(), 1e-5);
  return report;
}

Graph perceptron() {
  return built(
      [](Value x) {
        x = relu(linear(x, "one", {.out = 6}), "r1");
        return linear(relu(linear(x, "two", {.out = 5}), "r2"), "three", {.out = 3});
      },
      {8});
}

TEST(Compact, ADenseNetworkStaysAsItIs) {
  Graph graph = perceptron();
  const CompactReport report = expect_same(graph, {8});
  EXPECT_EQ(report.unread + report.constant + report.kept, 0);
  EXPECT_EQ(report.parameters_before, report.parameters_after);
}

TEST(Compact, WhatNobodyReadsGoesAndWhatOnlyFedThat) {
  Graph graph = perceptron();
  weight(graph, "three").select(1, 2).zero_();  // nobody reads unit 2 of 'two'
  weight(graph, "two").select(1, 4).zero_();    // but for that one, nobody reads unit 4 of 'one'
  weight(graph, "two")[2][4] = 1;
  const CompactReport report = expect_same(graph, {8});
  EXPECT_EQ(report.unread, 2);
  EXPECT_EQ(weight(graph, "one").sizes(), at::IntArrayRef({5, 8}));
  EXPECT_EQ(weight(graph, "two").sizes(), at::IntArrayRef({4, 5}));
}

TEST(Compact, AConstantGoesIntoTheBiasBehindIt) {
  Graph graph = perceptron();
  weight(graph, "one")[3].zero_();
  weight(graph, "one", "bias")[3] = 0.7;
  weight(graph, "one")[5].zero_();
  weight(graph, "one", "bias")[5] = -0.7;  // a ReLU makes 0 of it
  const CompactReport report = expect_same(graph, {8});
  EXPECT_EQ(report.constant, 2);
  EXPECT_EQ(weight(graph, "two").sizes(), at::IntArrayRef({5, 4}));
}

TEST(Compact, ThroughBatchNormPoolingAndFlattening) {
  Graph graph = built(
      [](Value x) {
        x = relu(batch_norm(conv(x, "c", {.out = 6, .kernel = 3, .padding = {1}}), "norm"), "act");
        return linear(flatten(max_pool(x, "pool", {.kernel = 2}), "flat"), "head", {.out = 3});
      },
      {2, 12});
  weight(graph, "c")[1].zero_();
  weight(graph, "norm", "bias")[1] = 2;
  const CompactReport report = expect_same(graph, {2, 12});
  EXPECT_EQ(report.constant, 1);
  EXPECT_EQ(weight(graph, "head").size(1), 5 * 6);
}

TEST(Compact, ReadersWithPaddingKeepAConstantThatIsNotZero) {
  for (const char* mode : {"zeros", "circular"}) {
    Graph graph = built(
        [&](Value x) {
          x = relu(conv(x, "a", {.out = 4, .kernel = 3, .padding = {1}}), "act");
          return conv(x, "b", {.out = 2, .kernel = 3, .padding = {1}, .padding_mode = mode, .bias = false});
        },
        {2, 12});
    weight(graph, "a")[0].zero_();
    weight(graph, "a", "bias")[0] = 0.5;
    weight(graph, "a")[1].zero_();
    weight(graph, "a", "bias")[1] = -0.5;
    const CompactReport report = expect_same(graph, {2, 12});
    const bool circular = std::string(mode) == "circular";
    EXPECT_EQ(report.constant, circular ? 2 : 1);
    EXPECT_EQ(report.kept, circular ? 0 : 1);
  }
}

TEST(Compact, AConstantMakesABiasInALayerThatLosesChannelsToo) {
  Graph graph = built(
      [](Value x) {
        x = relu(conv(x, "a", {.out = 4, .kernel = 1}), "r1");
        x = relu(conv(x, "b", {.out = 3, .kernel = 1, .bias = false}), "r2");
        return conv(x, "c", {.out = 2, .kernel = 1});
      },
      {2, 12});
  weight(graph, "a")[0].zero_();
  weight(graph, "a", "bias")[0] = 0.5;
  weight(graph, "c").select(1, 1).zero_();
  const CompactReport report = expect_same(graph, {2, 12});
  EXPECT_EQ(report.constant, 1);
  EXPECT_EQ(report.unread, 1);
  EXPECT_EQ(weight(graph, "b").sizes(), at::IntArrayRef({2, 3, 1}));
  EXPECT_EQ(weight(graph, "b", "bias").size(0), 2);
}

TEST(Compact, ASumGoesOnlyWhereAllThatFeedItAreDead) {
  const auto residual = [] {
    return built(
        [](Value x) {
          x = conv(x, "stem", {.out = 4, .kernel = 1});
          Value y = conv(relu(x, "r"), "branch", {.out = 4, .kernel = 1});
          return linear(global_average_pool(add({x, y}, "sum"), "mean"), "head", {.out = 2});
        },
        {3, 10});
  };
  Graph one = residual();
  weight(one, "branch")[2].zero_();
  EXPECT_EQ(expect_same(one, {3, 10}).constant, 0);
  Graph both = residual();
  weight(both, "branch")[2].zero_();
  weight(both, "stem")[2].zero_();
  const CompactReport report = expect_same(both, {3, 10});
  EXPECT_EQ(report.constant, 1);
  EXPECT_EQ(report.kept, 0);
  EXPECT_EQ(weight(both, "head").size(1), 3);
}

TEST(Compact, TheLastChannelStays) {
  Graph graph = perceptron();
  weight(graph, "three").zero_();
  const CompactReport report = expect_same(graph, {8});
  EXPECT_EQ(weight(graph, "two").size(0), 1);
  EXPECT_GE(report.kept, 1);
}

}  // namespace
}  // namespace lathe
