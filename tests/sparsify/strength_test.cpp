/// Strengths of connections: counts are the weight's gradient of binarised tensors; correlations are Pearson's.
#include "lathe/sparsify/strength.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include "lathe/base/rng.h"
#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

Tensor active(const Tensor& values) {
  return values.gt(0).to(at::kFloat);
}

struct Layer {
  Graph graph;
  Tensor in, out;
  const Node& node() const { return graph.node("op"); }
};

template <class Build>
Layer layer_of(Shape sample, int64_t rows, const Build& build) {
  Builder builder;
  Value x = builder.input("input", sample);
  Layer layer{builder.finish({build(x)}), {}, {}};
  std::vector<int64_t> sizes = {rows};
  for (const int64_t size : sample.sizes()) sizes.push_back(size);
  layer.in = at::randn(sizes);
  layer.out = run(layer.graph, layer.in).detach();
  return layer;
}

/// The gradient of the weight when the layer sees which inputs are active, and is told which outputs are.
Tensor gradient_of_binarised(const Layer& layer) {
  Graph graph = clone(layer.graph);
  const Tensor y = run(graph, active(layer.in));
  y.backward(active(layer.out));
  return graph.node("op").params["weight"].grad();
}

TEST(Strength, CountsAreTheGradientOfBinarisedTensors) {
  for (uint64_t seed = 0; seed < 25; ++seed) {
    Rng rng(seed);
    at::manual_seed(seed);
    const int64_t groups = 1 + rng.below(3), in = groups * (1 + rng.below(5)), out = groups * (1 + rng.below(5));
    const ConvOptions options{.out = out,
                              .kernel = {1 + rng.below(3), 1 + rng.below(3)},
                              .stride = 1 + rng.below(2),
                              .dilation = 1 + rng.below(2),
                              .padding = {rng.below(2), rng.below(2)},
                              .padding_mode = seed % 5 == 0 ? "circular" : "zeros",
                              .groups = groups};
    const Layer layer = layer_of({in, 9, 8}, 1 + rng.below(40), [&](Value x) { return conv(x, "op", options); });
    EXPECT_TRUE(
        at::equal(strength_of(layer.node(), layer.in, layer.out, {}), gradient_of_binarised(layer).to(at::kDouble)))
        << "seed " << seed;
  }
}

TEST(Strength, LinearLayersAndOneAxisToo) {
  at::manual_seed(0);
  for (const Layer& layer :
       {layer_of({30}, 50, [](Value x) { return linear(x, "op", {.out = 20}); }),
        layer_of({4, 30}, 5, [](Value x) { return linear(x, "op", {.out = 20}); }),
        layer_of({3, 40}, 33, [](Value x) { return conv(x, "op", {.out = 6, .kernel = 5, .same = true}); })})
    EXPECT_TRUE(
        at::equal(strength_of(layer.node(), layer.in, layer.out, {}), gradient_of_binarised(layer).to(at::kDouble)));
}

TEST(Strength, CorrelationsArePearsons) {
  at::manual_seed(0);
  const Layer layer = layer_of({3}, 40, [](Value x) { return linear(x, "op", {.out = 2}); });
  const Tensor got = strength_of(layer.node(), layer.in, layer.out, {.kind = "correlation"});
  for (int64_t o = 0; o < 2; ++o)
    for (int64_t c = 0; c < 3; ++c) {
      const auto column = [](const Tensor& values, int64_t i) {
        const Tensor one = values.select(1, i).to(at::kDouble);
        return one.sub(one.mean());
      };
      const Tensor a = column(layer.out, o), b = column(layer.in, c);
      const double r = a.dot(b).item<double>() / std::sqrt(a.dot(a).item<double>() * b.dot(b).item<double>());
      EXPECT_NEAR((got.select(0, o).select(0, c).item<double>()), std::abs(r), 1e-5);
    }
}

TEST(Strength, CorrelationsOfConvolutionsAddUpOverPositions) {
  at::manual_seed(0);
  const Layer layer =
      layer_of({2, 5}, 20, [](Value x) { return conv(x, "op", {.out = 3, .kernel = 3, .padding = {1}}); });
  const Tensor got = strength_of(layer.node(), layer.in, layer.out, {.kind = "correlation"});
  const auto linear_at = [&](int64_t position, int64_t from) {
    Builder builder;
    const Value x = builder.input("input", {2});
    const Graph one = builder.finish({linear(x, "op", {.out = 3})});
    return strength_of(one.node("op"), layer.in.select(2, from), layer.out.select(2, position),
                       {.kind = "correlation"});
  };
  Tensor middle = linear_at(0, 0);  // the tap in the middle
  for (int64_t t = 1; t < 5; ++t) middle = middle.add(linear_at(t, t));
  EXPECT_TRUE(at::allclose(got.select(2, 1), middle, 1e-4, 1e-5));
}

TEST(Strength, WhatDoesNotVaryIsNotCorrelated) {
  at::manual_seed(0);
  Layer layer = layer_of({3}, 10, [](Value x) { return linear(x, "op", {.out = 2}); });
  layer.in.select(1, 1).fill_(4);
  EXPECT_EQ(strength_of(layer.node(), layer.in, layer.out, {.kind = "correlation"}).select(1, 1).sum().item<double>(),
            0);
}

TEST(Strength, TheOtherKindsCountOtherThings) {
  Builder builder;
  const Value x = builder.input("input", {1});
  const Graph graph = builder.finish({linear(x, "op", {.out = 1})});
  const auto column = [](std::initializer_list<float> values) {
    return at::tensor(std::vector<float>(values)).unsqueeze(1);
  };
  const Tensor in = column({-1, 0, 5, 1}), out = column({2, 3, 9, 0});
  const auto count = [&](const std::string& kind) {
    return strength_of(graph.node("op"), in, out, {.kind = kind}).item<double>();
  };
  EXPECT_EQ(count("coactivation"), 1);
  EXPECT_EQ(count("correlation_proxy"), 2);
  EXPECT_EQ(count("variance"), 1);  // only the third row is far from both means
}

}  // namespace
}  // namespace lathe
