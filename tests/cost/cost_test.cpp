/// Costs against counts by hand, and the receptive field against the samples that really move an output.
#include "lathe/cost/cost.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Field = std::vector<int64_t>;

Graph lenet() {
  Builder builder;
  Value x = conv(builder.input("x", {3, 32, 32}), "conv1", {.out = 6, .kernel = 5});
  x = max_pool(relu(x, "relu1"), "pool1", {});
  x = max_pool(relu(conv(x, "conv2", {.out = 16, .kernel = 5}), "relu2"), "pool2", {});
  x = relu(linear(flatten(x, "flat"), "fc1", {.out = 120}), "relu3");
  x = relu(linear(x, "fc2", {.out = 84}), "relu4");
  return builder.finish({linear(x, "fc3", {.out = 10})});
}

TEST(Cost, LeNetAsPublished) {
  const Cost total = cost(lenet());
  EXPECT_EQ(total.parameters, 62006);
  EXPECT_EQ(total.macs, 651720);
  EXPECT_EQ(total.weight_bytes, 4 * 62006);
  // conv1 and its input are the largest pair alive: 6·28·28 and 3·32·32 values.
  EXPECT_EQ(total.peak_ram_bytes, 4 * (6 * 28 * 28 + 3 * 32 * 32));
  EXPECT_EQ(total.receptive_field, Field{});
}

TEST(Cost, MacsByHand) {
  Builder builder;
  Value x = conv(builder.input("x", {4, 20}), "plain", {.out = 6, .kernel = 5, .stride = 2});       // 8 samples
  x = conv(batch_norm(x, "norm"), "grouped", {.out = 9, .kernel = 3, .groups = 3, .bias = false});  // 6 samples
  x = conv(x, "deep", {.out = 9, .kernel = 3, .padding = {1}, .groups = 9});
  const Graph graph = builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 5})});
  const Cost total = cost(graph);
  const std::vector<int64_t> expected = {0, 6 * 8 * 4 * 5, 0, 9 * 6 * 2 * 3, 9 * 6 * 3, 0, 9 * 5};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(total.nodes[i].macs, expected[i]) << total.nodes[i].name;
  EXPECT_EQ(total.macs, 960 + 324 + 162 + 45);
  EXPECT_EQ(total.parameters, 6 * 4 * 5 + 6 + 12 + 9 * 2 * 3 + 9 * 3 + 9 + 9 * 5 + 5);
}

TEST(Cost, MacsGrowWithTheLengthAndNotWithTheBatch) {
  Builder builder;
  const Graph graph = builder.finish({conv(builder.input("x", {1, 20}), "c", {.out = 2, .kernel = 5, .same = true})});
  EXPECT_EQ(cost(graph).macs, 2 * 20 * 5);
  EXPECT_EQ(cost(graph, {{1, 1, 100}}).macs, 2 * 100 * 5);
  EXPECT_EQ(cost(graph, {{8, 1, 100}}).macs, 2 * 100 * 5);
}

/// From the first to the last input sample that moves the output sample in the middle, found by moving each.
int64_t measured_field(const Graph& graph) {
  const int64_t length = shapes(graph)[0][2];
  const Tensor x = at::randn({1, 1, length}, at::kDouble);
  const Tensor before = run(graph, x);
  const int64_t middle = before.size(2) / 2;
  int64_t first = length, last = -1;
  for (int64_t t = 0; t < length; ++t)
    for (const double push : {100.0, -100.0}) {  // both ways: a maximum may not notice one of them
      Tensor moved = x.clone();
      moved.mutable_data_ptr<double>()[t] += push;
      if (at::equal(run(graph, moved).select(2, middle), before.select(2, middle))) continue;
      first = std::min(first, t);
      last = std::max(last, t);
    }
  return last - first + 1;
}

void expect_field(const std::function<Value(Value)>& build, int64_t expected) {
  test::seed_tensors(5);
  Builder builder;
  Graph graph = builder.finish({build(builder.input("x", {1, 96}))});
  test::to_double(graph);
  EXPECT_EQ(cost(graph).receptive_field, Field{expected});
  EXPECT_EQ(measured_field(graph), expected);
}

TEST(ReceptiveField, GrowsWithKernelStrideAndDilation) {
  expect_field([](Value x) { return conv(x, "a", {.out = 3, .kernel = 6, .same = true}); }, 6);
  expect_field([](Value x) { return conv(x, "a", {.out = 3, .kernel = 3, .dilation = 4}); }, 9);
  expect_field(
      [](Value x) {
        x = leaky_relu(conv(x, "a", {.out = 3, .kernel = 5, .stride = 2}), "act");
        return conv(average_pool(x, "pool", {.kernel = 3, .stride = 3}), "b", {.out = 2, .kernel = 2});
      },
      15);
}

TEST(ReceptiveField, SeesThroughMaximaAndNorms) {
  expect_field([](Value x) { return max_pool(batch_norm(conv(x, "a", {.out = 2, .kernel = 4}), "n"), "p", {}); }, 5);
}

TEST(ReceptiveField, BranchesJoinFromTheFirstSampleToTheLast) {
  expect_field(
      [](Value x) {
        return concat(
            {conv(x, "a", {.out = 1, .kernel = 9, .same = true}), conv(x, "b", {.out = 1, .kernel = 3, .same = true})},
            "both");
      },
      9);
  expect_field(
      [](Value x) {  // one looks back, the other ahead
        return add({conv(x, "back", {.out = 1, .kernel = 4, .padding = {3, 0}}),
                    conv(x, "ahead", {.out = 1, .kernel = 4, .padding = {0, 3}})},
                   "sum");
      },
      7);
}

TEST(ReceptiveField, IsCountedPerAxis) {
  Builder builder;
  Value x = conv(builder.input("x", {1, 20, 30}), "a", {.out = 2, .kernel = {3, 5}, .stride = {2, 1}});
  x = conv(x, "b", {.out = 2, .kernel = {2, 3}});
  EXPECT_EQ(cost(builder.finish({x})).receptive_field, (Field{5, 7}));
}

TEST(ReceptiveField, AMeanSeesEverything) {
  Builder builder;
  const Graph graph = builder.finish({global_average_pool(builder.input("x", {1, 30}), "mean")});
  EXPECT_EQ(cost(graph).receptive_field, Field{});
}

}  // namespace
}  // namespace lathe
