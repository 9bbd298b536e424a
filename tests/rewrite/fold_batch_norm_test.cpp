/// Folding batch norms: the same function, fewer nodes; and where it must keep off.
#include "lathe/rewrite/fold_batch_norm.h"

#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Names = std::vector<std::string>;

double distance(const Tensor& a, const Tensor& b) {
  return a.sub(b).abs().max().item<double>() / a.abs().max().item<double>();
}

Graph built(const std::function<Value(Value)>& build, Shape input) {
  test::seed_tensors(9);
  Builder builder;
  Graph graph = builder.finish({build(builder.input("x", std::move(input)))});
  test::shake_params(graph);
  return graph;
}

/// Folds, and compares what the graph says before and after.
FoldReport expect_same(const std::function<Value(Value)>& build, const Shape& input) {
  Graph graph = built(build, input);
  std::vector<int64_t> sizes = input.sizes();
  sizes.insert(sizes.begin(), 3);
  const Tensor x = at::randn(sizes), before = run(graph, x);
  FoldReport report = fold_batch_norm(graph);
  EXPECT_LT(distance(before, run(graph, x)), 1e-5);
  for (const Node& node : graph.nodes)
    for (const std::string& gone : report.folded) EXPECT_NE(node.name, gone);
  return report;
}

TEST(FoldBatchNorm, IntoConvolutionsPlainGroupedAndDepthwise) {
  for (const int64_t groups : {1, 2, 6}) {
    const auto build = [&](Value x) {
      x = conv(x, "c", {.out = 12, .kernel = 3, .stride = 2, .padding = {1, 2}, .groups = groups, .bias = groups == 2});
      return relu(batch_norm(x, "norm"), "act");
    };
    EXPECT_EQ(expect_same(build, {6, 15}).folded, Names{"norm"}) << groups;
  }
}

TEST(FoldBatchNorm, IntoTransposedConvolutionsPlainGroupedAndDepthwise) {
  for (const int64_t groups : {1, 2, 4}) {
    const auto build = [&](Value x) {
      return batch_norm(conv_transpose(x, "c", {.out = 8, .kernel = 3, .stride = 2, .groups = groups}), "norm");
    };
    EXPECT_EQ(expect_same(build, {4, 7}).folded, Names{"norm"}) << groups;
  }
}

TEST(FoldBatchNorm, IntoLinearLayersAndPicturesAndWithoutAffine) {
  EXPECT_EQ(expect_same([](Value x) { return batch_norm(linear(x, "l", {.out = 5}), "n"); }, {7}).folded, Names{"n"});
  const auto picture = [](Value x) {
    return batch_norm(conv(x, "c", {.out = 5, .kernel = {2, 3}, .bias = false}), "n",
                      {.epsilon = 0.01, .affine = false});
  };
  EXPECT_EQ(expect_same(picture, {3, 6, 7}).folded, Names{"n"});
}

TEST(FoldBatchNorm, ResidualBranchesKeepTheirSum) {
  const auto build = [](Value x) {
    const Value y = relu(batch_norm(conv(x, "a", {.out = 4, .kernel = 3, .padding = {1}}), "a_norm"), "a_act");
    const Value z = batch_norm(conv(y, "b", {.out = 4, .kernel = 3, .padding = {1}, .bias = false}), "b_norm");
    return batch_norm(add({y, z}, "sum"), "after_sum");
  };
  const FoldReport report = expect_same(build, {4, 9});
  EXPECT_EQ(report.folded, (Names{"a_norm", "b_norm"}));
  EXPECT_EQ(report.kept, Names{"after_sum"});
}

TEST(FoldBatchNorm, ALayerThatOthersReadKeepsItsNorm) {
  const auto build = [](Value x) {
    const Value y = conv(x, "c", {.out = 4});
    return add({batch_norm(y, "norm"), y}, "sum");
  };
  EXPECT_EQ(expect_same(build, {4, 9}).kept, Names{"norm"});
  Builder builder;
  const Value y = conv(builder.input("x", {2, 5}), "c", {.out = 4});
  Graph graph = builder.finish({batch_norm(y, "norm"), y});  // the layer is an output itself
  EXPECT_EQ(fold_batch_norm(graph).kept, Names{"norm"});
}

TEST(FoldBatchNorm, ALinearLayerOnASequenceKeepsItsNorm) {
  const auto build = [](Value x) { return batch_norm(linear(x, "l", {.out = 6}), "norm"); };
  EXPECT_EQ(expect_same(build, {6, 5}).kept, Names{"norm"});
}

TEST(FoldBatchNorm, OneNormOfTwoInARowIsFolded) {
  const auto build = [](Value x) { return batch_norm(batch_norm(conv(x, "c", {.out = 3}), "first"), "second"); };
  const FoldReport report = expect_same(build, {2, 5});
  EXPECT_EQ(report.folded, Names{"first"});
  EXPECT_EQ(report.kept, Names{"second"});
}

TEST(FoldBatchNorm, WeightsTrainOnAsBeforeAndFrozenOnesStayFrozen) {
  const auto build = [](Value x) {
    x = batch_norm(conv(x, "frozen", {.out = 3, .bias = false}), "n1");
    return batch_norm(conv(x, "free", {.out = 3, .bias = false}), "n2");
  };
  Graph graph = built(build, {2, 5});
  graph.node("frozen").params.find("weight")->value.set_requires_grad(false);
  fold_batch_norm(graph);
  for (const char* name : {"weight", "bias"}) {
    EXPECT_FALSE(graph.node("frozen").params[name].requires_grad()) << name;
    EXPECT_TRUE(graph.node("free").params[name].requires_grad() && graph.node("free").params[name].is_leaf()) << name;
  }
}

TEST(FoldBatchNorm, ACopyThatSharesTensorsIsUntouched) {
  Graph graph = built([](Value x) { return batch_norm(conv(x, "c", {.out = 3}), "n"); }, {2, 5});
  const Graph before = graph;
  const Tensor x = at::randn({2, 2, 5}), said = run(before, x);
  fold_batch_norm(graph);
  EXPECT_EQ(graph.nodes.size(), 2U);
  EXPECT_TRUE(run(before, x).equal(said));
}

}  // namespace
}  // namespace lathe
