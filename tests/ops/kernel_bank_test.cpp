#include "lathe/kernels/method_guard.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include "lathe/exec/run.h"
#include "lathe/graph/builder.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

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

void expect_near(const std::vector<Tensor>& values, const std::vector<Tensor>& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double scale = expected[i].abs().max().item<double>();
    EXPECT_LT(values[i].cpu().sub(expected[i]).abs().max().item<double>(), 1e-4 * scale) << "tensor " << i;
  }
}

void expect_equal_ways(Graph graph, const Tensor& x) {
  for (const char* name : {"direct", "fft"}) {
    const KernelMethodGuard guard(kernel_method(name));
    expect_near(trace(graph, x, true), trace(graph, x, false));
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

TEST(KernelBank, TheBackwardPassFollowsTheMethodOfItsForwardPass) {
  Graph graph = banks_of(301, {64});
  const Tensor x = at::randn({4, 1, 301});
  const auto guarded = [&](KernelBankMethod method) {
    const KernelMethodGuard guard(method);
    return trace(graph, x, true);
  };
  const std::vector<Tensor> direct = guarded(KernelBankMethod::direct), fft = guarded(KernelBankMethod::fft);
  EXPECT_FALSE(at::equal(direct[0], fft[0]));  // they round otherwise
  Tensor z;
  for (const NamedParam& entry : named_params(graph)) entry.param->value.mutable_grad().reset();
  {
    const KernelMethodGuard outer(KernelBankMethod::fft);
    const KernelMethodGuard inner(KernelBankMethod::direct);
    z = run(graph, x);
  }
  const KernelMethodGuard guard(KernelBankMethod::fft);
  z.pow(2).mean().backward();
  EXPECT_TRUE(at::equal(graph.node("conv0").params["weight"].grad(), direct[2]));
}

TEST(KernelBank, BackwardTwiceAddsTheSameGradientTwice) {
  Graph graph = banks_of(120, {24});
  const Tensor z = run(graph, at::randn({3, 1, 120})).sum();
  const Tensor& weight = graph.node("conv0").params["weight"];
  z.backward({}, true);
  const Tensor once = weight.grad().clone();
  z.backward();
  EXPECT_TRUE(at::equal(weight.grad(), once.mul(2)));
}

TEST(KernelBank, WeightsThatChangeBetweenThePassesAreNoticed) {
  Graph graph = banks_of(120, {24});
  const Tensor z = run(graph, at::randn({3, 1, 120})).sum();
  graph.node("conv0").params["weight"].detach().mul_(2);
  EXPECT_THROW(z.backward(), c10::Error);
}

TEST(KernelBank, AMethodThatIsNoneGetsASuggestion) {
  EXPECT_EQ(test::error_of([] { kernel_method("fftt"); }),
            "unknown kernel method 'fftt'; known: auto, direct, fft (did you mean 'fft'?)");
}

TEST(KernelBank, CudaTensorsGiveTheSameNumbers) {
  if (!at::globalContext().hasCUDA()) GTEST_SKIP() << "needs a GPU and a LibTorch built for CUDA";
  Graph graph = banks_of(301, {64, 31, 8});
  const Tensor x = at::randn({5, 1, 301});
  const std::vector<Tensor> expected = trace(graph, x, true);
  move_to(graph, "cuda");
  expect_near(trace(graph, x.to(at::kCUDA), true), expected);
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
