#include "lathe/ops/kernel_bank.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "lathe/exec/run.h"
#include "lathe/graph/builder.h"
#include "lathe/ops/layers.h"

namespace lathe {
namespace {

/// Banks of different lengths and counts, mixed; two paddings that LibTorch does not have on its own.
Graph banks_of(int64_t samples, const std::vector<int64_t>& lengths) {
  at::manual_seed(1);
  Builder builder;
  const Value signal = builder.input("signal", {1, samples});
  std::vector<Value> parts;
  for (const int64_t length : lengths) {
    const std::string name = std::to_string(parts.size());
    parts.push_back(
        relu(conv(signal, "conv" + name, {.out = 3 + length % 4, .kernel = length, .same = true}), "r" + name));
  }
  const Value all = parts.size() == 1 ? parts[0] : concat(parts, "all");
  Graph graph = builder.finish({weighted_sum(all, "mix")});
  graph.node("mix").params.find("weight")->value.detach().normal_();
  return graph;
}

/// Output, then the gradients of a weighted mean of it in the input and in every parameter.
std::vector<Tensor> trace(Graph& graph, const Tensor& input, bool fuse) {
  Tensor x = input.clone().set_requires_grad(true);
  for (const NamedParam& entry : named_params(graph)) entry.param->value.mutable_grad().reset();
  const Tensor z = run(graph, {x}, {.fuse = fuse}).outputs[0];
  z.pow(2).mean().backward();
  std::vector<Tensor> all = {z.detach(), x.grad()};
  for (const NamedParam& entry : named_params(graph)) all.push_back(entry.param->value.grad().clone());
  return all;
}

void expect_equal_ways(Graph graph, const Tensor& x) {
  const std::vector<Tensor> fused = trace(graph, x, true), plain = trace(graph, x, false);
  for (size_t i = 0; i < plain.size(); ++i) {
    const double scale = plain[i].abs().max().item<double>();
    EXPECT_LT(fused[i].sub(plain[i]).abs().max().item<double>(), 1e-4 * scale) << "tensor " << i;
  }
}

TEST(KernelBank, FusedEqualsNodeByNodeInValuesAndGradients) {
  expect_equal_ways(banks_of(301, {64, 31, 8}), at::randn({5, 1, 301}));
  expect_equal_ways(banks_of(97, {96}), at::randn({1, 1, 97}));
  expect_equal_ways(banks_of(1920, {192, 96}), at::randn({3, 1, 1920}));
}

TEST(KernelBank, TakesOtherLengthsAndStridedInputs) {
  expect_equal_ways(banks_of(100, {9, 4}), at::randn({2, 2, 250}).narrow(1, 1, 1));
}

TEST(KernelBank, DoesNotDependOnThreads) {
  Graph graph = banks_of(640, {64, 32});
  const Tensor x = at::randn({33, 1, 640});
  at::set_num_threads(1);
  const std::vector<Tensor> one = trace(graph, x, true);
  at::set_num_threads(3);
  const std::vector<Tensor> three = trace(graph, x, true);
  at::set_num_threads(1);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], three[i])) << "tensor " << i;
}

TEST(KernelBank, IsLeftAloneWhenAPartIsTappedOrReadElsewhere) {
  const Graph graph = banks_of(50, {8, 4});
  EXPECT_EQ(run(graph, {at::randn({1, 1, 50})}, {.taps = {"r1"}}).taps.at("r1").sizes(), (at::IntArrayRef{1, 3, 50}));
  Builder builder;
  const Value rectified =
      relu(conv(builder.input("signal", {1, 20}), "conv", {.out = 4, .kernel = 3, .same = true}), "r");
  const Graph both = builder.finish({weighted_sum(rectified, "mix"), rectified});
  const RunResult result = run(both, std::vector<Tensor>{at::randn({2, 1, 20})});
  EXPECT_EQ(result.outputs[1].sizes(), (at::IntArrayRef{2, 4, 20}));
}

TEST(KernelBank, DepthwiseConvolutionsAreNoBank) {
  Builder builder;
  const Value x = builder.input("x", {3, 20});
  const Value y = relu(conv(x, "conv", {.out = 3, .kernel = 3, .groups = 3}), "r");
  Graph graph = builder.finish({weighted_sum(y, "mix")});
  EXPECT_FALSE(graph.node("mix").op->fusion(graph, graph.index("mix")).has_value());
  EXPECT_EQ(run(graph, at::randn({2, 3, 20})).sizes(), (at::IntArrayRef{2, 1, 18}));
}

}  // namespace
}  // namespace lathe
