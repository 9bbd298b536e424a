/// What a classifier's score is made of besides learned kernels.
#include "lathe/report/explain.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
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

TEST(Explain, RowsWithHeightAndWidthArePictures) {
  Builder net;
  const Value pixels = net.input("x", {3, 2, 4});
  const Model model{
      "x", net.finish({linear(flatten(pixels, "flat"), "fc", {.out = 2})}), {.task = "classification"}, {}};
  Dataset data{.inputs = at::arange(48, at::kByte).view({2, 3, 2, 4})};
  const Tensor probabilities = at::tensor({0.25F, 0.75F, 1.0F, 0.0F}).view({2, 2});
  const nlohmann::json bytes = explain(model, data, probabilities, probabilities, 2).at("windows")[0];
  EXPECT_EQ(bytes.at("title"), "image 0: 1 (75% sure), truly unknown");
  EXPECT_FALSE(bytes.contains("signal"));
  EXPECT_EQ(bytes.at("picture").at("height"), 2);
  EXPECT_EQ(bytes.at("picture").at("width"), 4);
  EXPECT_EQ(bytes.at("picture").at("channels"), 3);
  const std::vector<int> values = bytes.at("picture").at("values");
  EXPECT_EQ(std::vector<int>(values.begin(), values.begin() + 6), (std::vector<int>{0, 8, 16, 1, 9, 17}));
  data.inputs = data.inputs.narrow(1, 0, 1).to(at::kFloat).sub(3);
  const nlohmann::json numbers = explain(model, data, probabilities, probabilities, 1).at("windows")[0];
  EXPECT_EQ(numbers.at("picture").at("values"), nlohmann::json({0, 36, 73, 109, 146, 182, 219, 255}));
  data.features = {{"front_end", "log_mel"}};
  const nlohmann::json bands = explain(model, data, probabilities, probabilities, 1).at("windows")[0];
  EXPECT_EQ(bands.at("picture").at("values"), nlohmann::json({146, 182, 219, 255, 0, 36, 73, 109}));
  EXPECT_EQ(bands.at("title"), "recording 1: 0 (100% sure), truly unknown");
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

TEST(Explain, EveryChannelOfAWindowIsThere) {
  Builder net;
  const Value means = global_average_pool(conv(net.input("signal", {3, 8}), "conv", {.out = 2, .kernel = 3}), "means");
  const Model model{"x", net.finish({linear(means, "head", {.out = 2})}), {.task = "classification"}, {}};
  const Tensor probabilities = at::rand({2, 2}), inputs = at::rand({2, 3, 8});
  const auto first = [&](const Tensor& rows) {
    return explain(model, {.inputs = rows}, probabilities, probabilities, 1).at("windows")[0];
  };
  const nlohmann::json shown = first(inputs);
  ASSERT_EQ(shown.at("channels").size(), 3U);
  EXPECT_EQ(shown.at("channels")[0], shown.at("signal"));
  EXPECT_NEAR(shown.at("channels")[2][5].get<float>(), inputs[1][2][5].item<float>(), 1e-5);  // six digits
}

}  // namespace
}  // namespace lathe
