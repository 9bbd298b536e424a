/// Which weights are sparse, and exactly how many connections each has.
#include "lathe/sparsify/density.h"

#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

/// The net of the published density curve.
Graph mlp() {
  Builder builder;
  Value x = builder.input("input", {784});
  for (int i = 1; i <= 3; ++i) x = relu(linear(x, fmt::format("fc{}", i), {.out = 100}), fmt::format("relu{}", i));
  return builder.finish({linear(x, "fc4", {.out = 10})});
}

std::vector<int64_t> counts(double density, const std::string& distribution) {
  return active_counts(sparse_layers(mlp(), {"*"}), density, distribution);
}

TEST(Density, UniformIsTheSameEverywhere) {
  EXPECT_EQ(counts(0.1, "uniform"), (std::vector<int64_t>{7840, 1000, 1000, 100}));
  EXPECT_EQ(counts(1, "uniform"), (std::vector<int64_t>{78400, 10000, 10000, 1000}));
}

TEST(Density, ErdosRenyiGoesByInputsAndOutputs) {
  // shares in proportion to in + out: 884, 200, 200, 110 of 994 connections
  EXPECT_EQ(counts(0.01, "erdos_renyi"), (std::vector<int64_t>{630, 143, 143, 78}));
}

TEST(Density, LayersThatWouldPassOneAreDense) {
  const std::vector<int64_t> half = counts(0.5, "erdos_renyi");
  EXPECT_EQ(half[3], 1000);
  EXPECT_EQ(half[1], 7586);  // 200 of 1,284 shares of what is left
  EXPECT_NEAR(static_cast<double>(half[0] + half[1] + half[2] + half[3]), 0.5 * 99'400, 2);
}

TEST(Density, KernelsCountInErk) {
  Builder builder;
  Value x = builder.input("input", {16, 8, 8});
  x = conv(x, "wide", {.out = 16, .kernel = 3, .bias = false});
  x = conv(x, "narrow", {.out = 16, .kernel = 1, .bias = false});
  const std::vector<SparseLayer> layers = sparse_layers(builder.finish({x}), {"*"});
  const std::vector<int64_t> erk = active_counts(layers, 0.2, "erk"), plain = active_counts(layers, 0.2, "erdos_renyi");
  // of 512: shares 38 and 34 by all sizes; by channels alone both have 1/8 a weight
  EXPECT_EQ(erk, (std::vector<int64_t>{270, 242}));
  EXPECT_EQ(plain, (std::vector<int64_t>{461, 51}));
}

TEST(Density, GlobsChooseWeightsOrLayers) {
  const auto names = [](const std::vector<std::string>& globs) {
    std::vector<std::string> found;
    for (const SparseLayer& layer : sparse_layers(mlp(), globs)) found.push_back(layer.name);
    return found;
  };
  EXPECT_EQ(names({"fc[12]", "fc4.weight"}), (std::vector<std::string>{"fc1.weight", "fc2.weight", "fc4.weight"}));
  EXPECT_EQ(error_of([&] { names({"fc1", "cf2"}); }),
            "sparsify: unknown weight 'cf2'; known: fc1.weight, fc2.weight, fc3.weight, fc4.weight");
}

TEST(Density, WhatCannotBeIsRefused) {
  EXPECT_EQ(error_of([] { counts(0, "uniform"); }), "density is 0 (expected above 0 and at most 1)");
  EXPECT_EQ(error_of([] { counts(1.5, "uniform"); }), "density is 1.5 (expected above 0 and at most 1)");
  EXPECT_EQ(error_of([] { counts(0.0004, "uniform"); }),
            "sparsify: density 0.0004 leaves 'fc4.weight' without connections (0.4 of 1000); 0.0005 with 'uniform' "
            "leaves every layer one");
}

}  // namespace
}  // namespace lathe
