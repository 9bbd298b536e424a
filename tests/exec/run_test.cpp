/// Running graphs: taps, globs, batches, and inputs that do not fit.
#include "lathe/exec/run.h"

#include <ATen/Context.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

Graph small() {
  Builder builder;
  Value x = conv(builder.input("x", {2, 12}), "stage1.conv", {.out = 3, .kernel = 5});
  x = conv(relu(x, "stage1.act"), "stage2.conv", {.out = 4});
  return builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 2})});
}

TEST(Run, GivesOneRowARow) {
  const Graph graph = small();
  EXPECT_EQ(run(graph, at::randn({3, 2, 12})).sizes(), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(run(graph, at::randn({1, 2, 50})).sizes(), (std::vector<int64_t>{1, 2}));
}

TEST(Run, TapsBringInnerValues) {
  const Graph graph = small();
  const Tensor x = at::randn({3, 2, 12});
  const RunResult result = run(graph, {x}, {.taps = {"stage*.conv", "x"}});
  ASSERT_EQ(result.taps.size(), 3U);
  EXPECT_TRUE(at::equal(result.taps.at("x"), x));
  EXPECT_EQ(result.taps.at("stage1.conv").sizes(), (std::vector<int64_t>{3, 3, 8}));
  EXPECT_EQ(result.taps.at("stage2.conv").sizes(), (std::vector<int64_t>{3, 4, 8}));
  EXPECT_TRUE(at::equal(result.outputs[0], run(graph, x)));
}

TEST(Run, ATapThatIsNoNodeGetsASuggestion) {
  EXPECT_EQ(error_of([] { run(small(), {at::randn({1, 2, 12})}, {.taps = {"stage1.convs"}}); }),
            "unknown node 'stage1.convs'; known: head, mean, stage1.act, stage1.conv, stage2.conv, x "
            "(did you mean 'stage1.conv'?)");
}

TEST(Run, NamesTheInputThatDoesNotFit) {
  const Graph graph = small();
  const auto with = [&](const Tensor& x) { return error_of([&] { run(graph, x); }); };
  EXPECT_EQ(with(at::randn({1, 4, 12})), "node 'x': input of shape [1, 4, 12] (expected [N, 2, T])");
  EXPECT_EQ(with(at::randn({2, 12})), "node 'x': input of shape [2, 12] (expected [N, 2, T])");
  EXPECT_EQ(with(Tensor()), "node 'x': no tensor was given");
  EXPECT_EQ(error_of([&] { run(graph, std::vector<Tensor>{}); }), "run: wrong number of inputs (expected 1, got 0)");
}

TEST(Run, NamesTheNodeThatFails) {
  const Graph graph = small();
  EXPECT_EQ(error_of([&] { run(graph, at::randn({1, 2, 4})); }).substr(0, 19), "node 'stage1.conv':");
  EXPECT_EQ(error_of([&] { run(graph, at::randn({1, 2, 12}).to(at::kDouble)); }).substr(0, 19), "node 'stage1.conv':");
}

TEST(Run, ABranchThatIsReadTwiceIsKept) {
  Builder builder;
  const Value x = builder.input("x", {1, 4}), y = relu(x, "y");
  const Graph graph = builder.finish({add({sigmoid(y, "s"), y, x}, "sum"), y});
  const Tensor input = at::randn({2, 1, 4});
  const RunResult result = run(graph, std::vector<Tensor>{input});
  EXPECT_TRUE(at::equal(result.outputs[1], input.relu()));
  EXPECT_TRUE(at::allclose(result.outputs[0], input.relu().sigmoid().add(input.relu()).add(input)));
  EXPECT_EQ(error_of([&] { run(graph, input); }), "run: the graph has 2 outputs (expected 1)");
}

TEST(Run, TwoInputsComeInOrder) {
  Builder builder;
  const Value a = builder.input("a", {1, 4});
  const Value b = builder.input("b", {2, 4});
  const Graph graph = builder.finish({concat({b, a}, "both")});
  const Tensor x = at::randn({1, 1, 4}), y = at::randn({1, 2, 4});
  EXPECT_TRUE(at::equal(run(graph, {x, y}).outputs[0].narrow(1, 0, 2), y));
  EXPECT_EQ(error_of([&] { run(graph, {y, x}); }), "node 'a': input of shape [1, 2, 4] (expected [N, 1, T])");
}

TEST(Run, GradientsFollow) {
  const Graph graph = small();
  run(graph, at::randn({2, 2, 12})).sum().backward();
  for (const ConstNamedParam& entry : named_params(graph))
    EXPECT_TRUE(entry.param->value.grad().defined()) << entry.name;
}

TEST(Predict, BatchesGiveTheSameRows) {
  const Graph graph = small();
  const Tensor x = at::randn({7, 2, 12});
  const Tensor whole = run(graph, x);
  const Tensor parts = predict(graph, x, 3);
  EXPECT_FALSE(parts.requires_grad());
  EXPECT_TRUE(at::allclose(parts, whole, 1e-5, 1e-6));
  EXPECT_EQ(error_of([&] { predict(graph, x.narrow(0, 0, 0)); }), "predict: the input has no rows");
}

TEST(Predict, TrainingModeIsOff) {
  Builder builder;
  const Graph graph = builder.finish({dropout(builder.input("x", {3}), "drop", 0.5)});
  const Tensor x = at::ones({4, 3});
  EXPECT_TRUE(at::equal(predict(graph, x), x));
  EXPECT_FALSE(at::equal(run(graph, {x}, {.training = true}).outputs[0], x));
}

TEST(MoveTo, SaysWhenTheDeviceIsNotThere) {
  Graph graph = small();
  move_to(graph, "cpu");
  EXPECT_TRUE(graph.node("head").params["weight"].requires_grad());
  if (at::globalContext().hasCUDA()) GTEST_SKIP() << "this machine has the device";
  EXPECT_EQ(error_of([&] { move_to(graph, "cuda"); }),
            "device 'cuda' is not there (this LibTorch build or machine has no CUDA); use cpu");
}

}  // namespace
}  // namespace lathe
