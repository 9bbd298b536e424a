/// Winners, and those that are helped to win.
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

Graph net(Shape sample, const KWinnersOptions& options) {
  Builder builder;
  return builder.finish({k_winners(builder.input("input", std::move(sample)), "winners", options)});
}

Tensor trained(const Graph& graph, const Tensor& x) {
  return run(graph, {x}, {.training = true}).outputs[0];
}

TEST(KWinners, TheLargestStay) {
  const Graph graph = net({6}, {.active_ratio = 0.34, .inference_factor = 1.5, .boost_strength = 0});
  const Tensor x = at::tensor({3.F, -1.F, 5.F, 4.F, 0.F, 1.F}).unsqueeze(0);
  EXPECT_TRUE(at::equal(trained(graph, x), at::tensor({0.F, 0.F, 5.F, 4.F, 0.F, 0.F}).unsqueeze(0)));
  EXPECT_TRUE(at::equal(run(graph, x), at::tensor({3.F, 0.F, 5.F, 4.F, 0.F, 0.F}).unsqueeze(0)));
}

TEST(KWinners, ASampleCompetesWithItselfAlone) {
  const Graph graph = net({2, 3, 3}, {.active_ratio = 0.2, .inference_factor = 1});
  EXPECT_EQ(run(graph, at::randn({5, 2, 3, 3})).ne(0).flatten(1).sum(1).eq(4).sum().item<int64_t>(), 5);
}

TEST(KWinners, WhatLosesGetsNoGradient) {
  const Graph graph = net({4}, {.active_ratio = 0.5, .inference_factor = 1});
  const Tensor x = at::tensor({1.F, 4.F, 3.F, 2.F}).unsqueeze(0).requires_grad_();
  run(graph, x).sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), at::tensor({0.F, 1.F, 1.F, 0.F}).unsqueeze(0)));
}

TEST(KWinners, DutyIsTheShareOfWins) {
  const Graph graph = net({4}, {.active_ratio = 0.25, .boost_strength = 0, .duty_samples = 100});
  for (int i = 0; i < 3; ++i) trained(graph, at::tensor({9.F, 1.F, 1.F, 1.F}).expand({10, 4}));
  const Params& params = graph.node("winners").params;
  EXPECT_TRUE(at::equal(params["duty_cycle"], at::tensor({1.F, 0.F, 0.F, 0.F})));
  EXPECT_EQ(params["samples_seen"].item<double>(), 30);
}

TEST(KWinners, BoostingLetsOthersWin) {
  at::manual_seed(0);
  const auto channels_that_won = [](double strength) {
    const Graph graph =
        net({8}, {.active_ratio = 0.125, .boost_strength = strength, .boost_factor = 1, .duty_samples = 50});
    const Tensor level = at::arange(8).to(at::kFloat).mul(0.05).add(1);  // the last always wins, by a little
    for (int i = 0; i < 60; ++i) trained(graph, level.expand({10, 8}));
    return graph.node("winners").params["duty_cycle"].gt(0.02).sum().item<int64_t>();
  };
  EXPECT_EQ(channels_that_won(0), 1);
  EXPECT_GE(channels_that_won(3), 6);
}

TEST(KWinners, SettingsOutOfRangeAreRefused) {
  EXPECT_EQ(test::error_of([] { net({4}, {.active_ratio = 0}); }),
            "k_winners: active_ratio 0 (expected above 0, at most 1)");
}

}  // namespace
}  // namespace lathe
