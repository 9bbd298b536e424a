/// Small networks whose least important channels are known by hand.
#pragma once

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe::test {

/// conv "first" (1 -> channels) -> batch norm "norm" -> relu -> conv "second" (channels -> 2). Every filter of `first`
/// holds `sizes[i]`, every scale of `norm` is `scales[i]` (1 without), `second` holds ones.
inline Graph chain(const std::vector<double>& sizes, const std::vector<double>& scales = {}) {
  const at::NoGradGuard no_gradients;
  Builder builder;
  const auto channels = static_cast<int64_t>(sizes.size());
  Value x = conv(builder.input("x", {1, 8}), "first", {.out = channels, .kernel = 3, .bias = false});
  x = relu(batch_norm(x, "norm"), "relu");
  Graph graph = builder.finish({conv(x, "second", {.out = 2, .kernel = 1, .bias = false})});
  for (int64_t i = 0; i < channels; ++i) {
    graph.node("first").params["weight"][i].fill_(sizes[static_cast<size_t>(i)]);
    graph.node("norm").params["weight"][i].fill_(scales.empty() ? 1 : scales[static_cast<size_t>(i)]);
  }
  graph.node("second").params["weight"].fill_(1);
  return graph;
}

/// What is left of the filters of `first`, by the value that they hold.
inline std::vector<double> left(const Graph& graph) {
  std::vector<double> values;
  const Tensor& weight = graph.node("first").params["weight"];
  for (int64_t i = 0; i < weight.size(0); ++i) values.push_back(weight[i][0][0].item<double>());
  return values;
}

/// A stem, a residual block and a head: the groups "stem" (8, with the block's last conv) and "inner" (6).
inline Graph residual() {
  Builder builder;
  const Value stem = relu(conv(builder.input("x", {2, 16}), "stem", {.out = 8, .kernel = 3, .same = true}), "relu1");
  const Value inner = relu(conv(stem, "inner", {.out = 6, .kernel = 3, .same = true}), "relu2");
  const Value sum = add({stem, conv(inner, "outer", {.out = 8, .kernel = 3, .same = true})}, "sum");
  return builder.finish({linear(global_average_pool(sum, "mean"), "head", {.out = 3})});
}

}  // namespace lathe::test
