/// Padding nodes inside convolutions: the same numbers, and every case where they must stay apart.
#include "lathe/rewrite/merge_padding.h"

#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Names = std::vector<std::string>;

/// Merges, compares the outputs, and says what was merged.
Names expect_same(const std::function<Value(Value)>& build, const Shape& input, Graph* merged = nullptr) {
  test::seed_tensors(4);
  Builder builder;
  Graph graph = builder.finish({build(builder.input("x", input))});
  std::vector<int64_t> sizes = input.sizes();
  sizes.insert(sizes.begin(), 2);
  const Tensor x = at::randn(sizes), before = run(graph, x);
  const size_t nodes = graph.nodes.size();
  Names names = merge_padding(graph);
  const Tensor after = run(graph, x);
  EXPECT_EQ(before.sizes(), after.sizes());
  EXPECT_LT(before.sub(after).abs().max().item<double>(), 1e-5);
  EXPECT_EQ(graph.nodes.size(), nodes - names.size());
  if (merged != nullptr) *merged = std::move(graph);
  return names;
}

Value padded_conv(Value x, const PadOptions& padding, const ConvOptions& options) {
  return conv(pad(x, "pad", padding), "conv", options);
}

TEST(MergePadding, ZerosAddToWhatTheConvolutionPadsItself) {
  Graph graph;
  const auto build = [](Value x) {
    return padded_conv(x, {.padding = {1, 0, 2, 3}}, {.out = 3, .kernel = 3, .stride = 2, .padding = {1, 1}});
  };
  EXPECT_EQ(expect_same(build, {2, 6, 7}, &graph), Names{"pad"});
  EXPECT_EQ(graph.node("conv").op->attributes().list("padding"), (std::vector<int64_t>{2, 1, 3, 4}));
  EXPECT_EQ(graph.node("conv").op->attributes().word("padding_mode"), "zeros");
}

TEST(MergePadding, CircularPaddingMakesTheConvolutionCircular) {
  Graph graph;
  const auto build = [](Value x) {
    return padded_conv(x, {.padding = {2, 1}, .mode = "circular"}, {.out = 4, .kernel = 4, .groups = 2});
  };
  EXPECT_EQ(expect_same(build, {4, 9}, &graph), Names{"pad"});
  EXPECT_EQ(graph.node("conv").op->attributes().word("padding_mode"), "circular");
}

TEST(MergePadding, DepthwiseDilatedAndFixedFilters) {
  const auto depthwise = [](Value x) {
    return padded_conv(x, {.padding = {4, 0}}, {.out = 4, .kernel = 3, .dilation = 2, .groups = 4});
  };
  EXPECT_EQ(expect_same(depthwise, {4, 9}), Names{"pad"});
  const auto fixed = [](Value x) {
    return fir(pad(x, "pad", {.padding = {1, 1}, .mode = "circular"}), "fir", {.taps = {0.25, 0.5, 0.25}, .stride = 2});
  };
  EXPECT_EQ(expect_same(fixed, {2, 8}), Names{"pad"});
}

TEST(MergePadding, TwoInARowAndTwoReaders) {
  const auto row = [](Value x) {
    return conv(pad(pad(x, "far", {.padding = {1, 2}}), "near", {.padding = {0, 1}}), "conv", {.out = 2, .kernel = 3});
  };
  EXPECT_EQ(expect_same(row, {2, 5}), (Names{"far", "near"}));
  const auto readers = [](Value x) {
    const Value y = pad(x, "pad", {.padding = {1, 1}});
    return add({conv(y, "a", {.out = 2, .kernel = 3}), conv(y, "b", {.out = 2, .kernel = 3})}, "sum");
  };
  EXPECT_EQ(expect_same(readers, {2, 5}), Names{"pad"});
}

TEST(MergePadding, ResidualBranchesKeepTheirInput) {
  const auto build = [](Value x) {
    return add({conv(pad(x, "pad", {.padding = {2, 0}}), "conv", {.out = 2, .kernel = 3}), x}, "sum");
  };
  EXPECT_EQ(expect_same(build, {2, 5}), Names{"pad"});
}

TEST(MergePadding, WhatAConvolutionCannotSayStays) {
  const ConvOptions plain{.out = 2, .kernel = 3}, padding_itself{.out = 2, .kernel = 3, .padding = {1}},
      circular{.out = 2, .kernel = 3, .padding = {1}, .padding_mode = "circular"};
  const std::vector<std::pair<PadOptions, ConvOptions>> cases = {
      {{.padding = {1}, .mode = "reflect"}, plain},     {{.padding = {1}, .mode = "edge"}, plain},
      {{.padding = {1}, .value = 0.5}, plain},          {{.padding = {1}, .mode = "circular"}, padding_itself},
      {{.padding = {1}, .mode = "circular"}, circular}, {{.padding = {1}}, circular}};
  for (const auto& [padding, options] : cases) {
    const PadOptions& with = padding;
    const ConvOptions& of = options;
    EXPECT_EQ(expect_same([&](Value x) { return padded_conv(x, with, of); }, {2, 6}), Names{}) << padding.mode;
  }
}

TEST(MergePadding, PaddedValuesThatAreWantedThemselvesStay) {
  const auto read_elsewhere = [](Value x) {
    const Value y = pad(x, "pad", {.padding = {1, 1}});
    return add({conv(y, "conv", {.out = 2, .kernel = 1}), y}, "sum");
  };
  EXPECT_EQ(expect_same(read_elsewhere, {2, 5}), Names{});
  Builder builder;
  const Value y = pad(builder.input("x", {2, 5}), "pad", {.padding = {1, 1}});
  Graph graph = builder.finish({conv(y, "conv", {.out = 2, .kernel = 3}), y});
  EXPECT_EQ(merge_padding(graph), Names{});
}

}  // namespace
}  // namespace lathe
