/// What a classifier's score is made of besides learned kernels.
#include "lathe/report/explain.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lathe/ops/layers.h"
#include "lathe/report/beside_kernels.h"

namespace lathe {
namespace {

/// Three kernels of mean responses beside a spectrum, weighed into two classes.
Graph with_spectrum() {
  at::manual_seed(5);
  Builder net;
  const Value signal = net.input("signal", {1, 128});
  const Value means = global_average_pool(relu(conv(signal, "conv", {.out = 3, .kernel = 9}), "relu"), "means");
  return net.finish(
      {linear(concat({means, periodogram(signal, "spectrum", 32)}, "features"), "classifier", {.out = 2})});
}

TEST(BesideKernels, AreTheColumnsThatNoKernelOwns) {
  const Graph graph = with_spectrum();
  const auto beside = beside_kernels(graph, kernel_banks(graph));
  ASSERT_TRUE(beside.has_value());
  EXPECT_EQ(beside->branch, "spectrum");
  const int64_t features = graph.nodes.back().params["weight"].size(1);
  EXPECT_EQ(std::ssize(beside->columns), features - 3);
  EXPECT_EQ(beside->columns.front(), 3);
}

TEST(BesideKernels, TheShareCountsTermsBySize) {
  const at::NoGradGuard no_gradients;
  const Graph graph = with_spectrum();
  const auto beside = beside_kernels(graph, kernel_banks(graph));
  const Tensor weight = graph.nodes.back().params["weight"];
  weight.zero_();
  weight[1][0].fill_(-3);  // a kernel
  weight[1][4].fill_(1);   // a bin of the spectrum
  const Tensor features = at::full({1, weight.size(1)}, 2.0);
  EXPECT_DOUBLE_EQ(share_beside(graph, *beside, features, 1), 0.25);
  EXPECT_DOUBLE_EQ(share_beside(graph, *beside, features, 0), 0);
}

TEST(Explain, SaysTheShareOfTheSpectrum) {
  const Model model{"x", with_spectrum(), {.rate_hz = 32, .normalize = "none", .task = "classification"}, {}};
  const Dataset data{.inputs = at::rand({4, 1, 128})};
  const Tensor probabilities = at::rand({4, 2});
  const nlohmann::json said = explain(model, data, probabilities, probabilities, 2);
  double sum = 0;
  for (const auto& window : said.at("windows")) {
    EXPECT_EQ(window.at("beside").at("branch"), "spectrum");
    sum += window.at("beside").at("share").get<double>() / 2;
  }
  EXPECT_GT(sum, 0);
  EXPECT_LT(sum, 1);
  EXPECT_NEAR(said.at("kernels").at("beside").at("share").get<double>(), sum, 1e-12);
}

TEST(Explain, ASegmenterHasNothingBesideItsKernels) {
  Builder net;
  const Value all = relu(conv(net.input("signal", {1, 64}), "conv", {.out = 2, .kernel = 5, .same = true}), "relu");
  const Model model{"x", net.finish({sigmoid(weighted_sum(all, "mix"), "probability")}), {.task = "segmentation"}, {}};
  const Tensor probabilities = at::rand({4, 64});
  const nlohmann::json said = explain(model, {.inputs = at::rand({4, 1, 64})}, probabilities, probabilities, 1);
  EXPECT_FALSE(said.at("windows")[0].contains("beside"));
  EXPECT_FALSE(said.at("kernels").contains("beside"));
}

}  // namespace
}  // namespace lathe
