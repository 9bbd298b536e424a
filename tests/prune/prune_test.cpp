/// Pruning: how many channels go, which ones, and what is said when it cannot be.
#include "lathe/prune/prune.h"

#include <ATen/Context.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/graph/print.h"
#include "lathe/base/unknown_glob.h"
#include "tests/prune/sample_nets.h"

namespace lathe {
namespace {

using test::chain, test::error_of, test::left, test::residual;
using Values = std::vector<double>;

int64_t after(const PruneReport& report, const std::string& group) {
  for (const PrunedGroup& each : report.groups)
    if (each.name == group) return each.after;
  return -1;
}

std::vector<double> counted(int64_t count) {
  std::vector<double> values;
  for (int64_t i = 1; i <= count; ++i) values.push_back(static_cast<double>(i));
  return values;
}

TEST(Prune, TheSmallestFiltersGo) {
  Graph graph = chain({4, 1, 3, 2});
  const PruneReport report = prune(graph, {.ratio = 0.5});
  EXPECT_EQ(left(graph), (Values{4, 3}));
  EXPECT_EQ(graph.node("second").params["weight"].size(1), 2);
  EXPECT_EQ(graph.node("norm").params["running_mean"].size(0), 2);
  EXPECT_EQ(report.parameters_after, parameter_count(graph));
}

TEST(Prune, TheLocalRuleRoundsDownWhatStays) {
  for (const auto& [channels, kept] : std::map<int64_t, int64_t>{{32, 18}, {64, 37}, {128, 75}}) {
    Graph graph = chain(counted(channels));
    EXPECT_EQ(after(prune(graph, {.ratio = 0.41}), "first"), kept);
  }
}

TEST(Prune, EqualScoresGoInGraphOrder) {
  Graph graph = chain({1, 1, 1, 1}, {1, 1, 1, 2});
  prune(graph, {.ratio = 0.5});
  EXPECT_EQ(graph.node("norm").params["weight"][1].item<double>(), 2);
  EXPECT_EQ(graph.node("norm").params["weight"].size(0), 2);
}

TEST(Prune, AResidualBranchShrinksWithItsStem) {
  Graph graph = residual();
  const PruneReport report = prune(graph, {.ratio = 0.5});
  EXPECT_EQ(after(report, "stem"), 4);
  EXPECT_EQ(after(report, "inner"), 3);
  EXPECT_EQ(graph.node("outer").params["weight"].sizes().vec(), (std::vector<int64_t>{4, 3, 3}));
  EXPECT_EQ(graph.node("head").params["weight"].sizes().vec(), (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(run(graph, at::randn({2, 2, 16})).sizes().vec(), (std::vector<int64_t>{2, 3}));
}

TEST(Prune, PlanningChangesNothing) {
  const Graph graph = residual();
  const std::string before = print(graph);
  const PruneReport report = plan_pruning(graph, {.ratio = 0.5});
  EXPECT_EQ(print(graph), before);
  EXPECT_LT(report.macs_after, report.macs_before);
}

TEST(Prune, MultiplesAreKeptAndNeverToZero) {
  Graph graph = chain(counted(18));
  EXPECT_EQ(after(prune(graph, {.ratio = 0.3, .multiple_of = 4}), "first"), 12);
  Graph small = chain(counted(6));
  EXPECT_EQ(after(prune(small, {.ratio = 0.5, .multiple_of = 8}), "first"), 6);
}

TEST(Prune, ProtectedLayersStay) {
  Graph graph = residual();
  const PruneReport report = prune(graph, {.ratio = 0.5, .protect = {"inn*"}});
  EXPECT_EQ(after(report, "inner"), 6);
  EXPECT_EQ(after(report, "stem"), 4);
}

TEST(Prune, ALayerCanHaveARatioOfItsOwn) {
  Graph graph = residual();
  const PruneReport report = prune(graph, {.ratio = 0.5, .ratios = {{"inner", 0.0}}});
  EXPECT_EQ(after(report, "inner"), 6);
}

TEST(Prune, ANodeThatWritesNothingStandsForTheChannelsThatItCarries) {
  const auto sizes = [](const PruneOptions& options) {
    const PruneReport report = plan_pruning(residual(), options);
    return std::pair(after(report, "stem"), after(report, "inner"));
  };
  EXPECT_EQ(sizes({.protect = {"sum"}}), std::pair(int64_t{8}, int64_t{3}));
  EXPECT_EQ(sizes({.protect = {"relu2"}}), std::pair(int64_t{4}, int64_t{6}));
  EXPECT_EQ(sizes({.ratios = {{"relu1", 0.25}}}), std::pair(int64_t{6}, int64_t{3}));
  // Where a glob names layers that write channels, these are meant: the pool behind the last block is not.
  EXPECT_EQ(sizes({.protect = {"*n*"}}), std::pair(int64_t{4}, int64_t{6}));
}

TEST(Prune, ARatioOfChannelsThatAlwaysStayIsASlip) {
  for (const char* glob : {"head", "x"})
    EXPECT_EQ(error_of([&] { plan_pruning(residual(), {.ratios = {{glob, 0.3}}}); }),
              fmt::format("prune: ratio of '{}': changes nothing, for these channels stay in any case (they touch the "
                          "network's inputs or outputs)",
                          glob));
}

TEST(Prune, GlobalRankingTakesTheLeastOfAllAndEmptiesNoLayer) {
  const at::NoGradGuard no_gradients;
  Graph graph = residual();
  for (const char* name : {"inner", "outer"}) graph.node(name).params["weight"].mul_(1e-6);
  const PruneReport report = prune(graph, {.scoring = {.normalizer = "none"}, .ratio = 0.6, .ranking = "global"});
  EXPECT_EQ(after(report, "inner"), 1);
  EXPECT_GT(after(report, "stem"), 3);
}

TEST(Prune, ATargetIsMetByTheSmallestRatioThatDoes) {
  Graph graph = residual();
  const PruneReport report = prune(graph, {.keep_macs = 0.5});
  EXPECT_LE(report.macs_after, report.macs_before / 2);
  const PruneReport less = plan_pruning(residual(), {.ratio = report.ratio - 0.02});
  EXPECT_GT(less.macs_after, report.macs_before / 2);
  Graph other = residual();
  EXPECT_LE(prune(other, {.keep_parameters = 0.3}).parameters_after, report.parameters_before * 3 / 10);
  EXPECT_LE(plan_pruning(residual(), {.max_ram_bytes = 800}).peak_ram_after, 800);
  const auto pretend = [](const Graph& g) { return static_cast<double>(parameter_count(g)); };
  EXPECT_LE(plan_pruning(residual(), {.max_latency_us = 100, .latency_us = pretend}).parameters_after, 100);
}

TEST(Prune, AnUnreachableTargetNamesTheNearest) {
  try {
    plan_pruning(residual(), {.protect = {"stem"}, .keep_parameters = 0.01});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::budget);
    EXPECT_EQ(std::string(error.what()),
              "prune: 0.01 of the parameters cannot be reached: the least is 0.364 (with what is pinned, protected, or "
              "limited by most)");
  }
  const auto pretend = [](const Graph& g) { return static_cast<double>(parameter_count(g)) + 0.25; };
  EXPECT_EQ(
      error_of([&] { plan_pruning(residual(), {.max_latency_us = 1, .latency_us = pretend}); }),
      "prune: 1 us of latency cannot be reached: the least is 21.2 us (with what is pinned, protected, or limited "
      "by most)");
  EXPECT_EQ(error_of([&] { plan_pruning(residual(), {.max_ram_bytes = 8}); }),
            "prune: 8 bytes of activation RAM cannot be reached: the least is 192 (with what is pinned, protected, or "
            "limited by most)");
}

TEST(Prune, ALatencyTargetSaysWhatWasMeasured) {
  const auto pretend = [](const Graph& g) { return static_cast<double>(parameter_count(g)); };
  const PruneReport report = plan_pruning(residual(), {.max_latency_us = 100, .latency_us = pretend});
  EXPECT_EQ(report.latency_us_before, static_cast<double>(report.parameters_before));
  EXPECT_EQ(report.latency_us_after, static_cast<double>(report.parameters_after));
  const PruneReport fits = plan_pruning(residual(), {.max_latency_us = 1e6, .latency_us = pretend});
  EXPECT_EQ(fits.latency_us_after, fits.latency_us_before);
  EXPECT_EQ(plan_pruning(residual(), {.keep_macs = 0.5}).latency_us_before, 0);
}

TEST(Prune, SeveralStepsFollowTheFirstCount) {
  Graph graph = chain(counted(20));
  const std::map<std::string, int64_t> initial = {{"first", 20}};
  EXPECT_EQ(after(prune(graph, {.ratio = 0.25, .initial = initial}), "first"), 15);
  EXPECT_EQ(after(prune(graph, {.ratio = 0.5, .initial = initial}), "first"), 10);
}

TEST(Prune, AGlobWithASlipIsAnsweredWithOneThatMatches) {
  const std::vector<std::string> nodes = {"x", "stem", "head.0", "head.1", "stage1.block1.conv"};
  EXPECT_EQ(unknown_glob("heda.*", nodes),
            "the glob 'heda.*' matches none of x, stem, head.0, head.1, stage1.block1.conv (did you mean 'head.*'?)");
  EXPECT_EQ(unknown_glob("stge1.*", nodes).substr(79), "(did you mean 'stage1.*'?)");
  EXPECT_EQ(unknown_glob("nothing_like_it*", nodes).find("did you mean"), std::string::npos);
  EXPECT_EQ(unknown_glob("q", std::vector<std::string>(30, "node")),
            "the glob 'q' matches none of node, node, node, node, node, node, node, node, node, node, … (30 nodes; "
            "lathe info lists them)");
}

TEST(Criteria, WhoLooksAtASetting) {
  EXPECT_EQ(who_looks_at("norm", "random"), "magnitude");
  EXPECT_EQ(who_looks_at("norm", "magnitude"), "");
  EXPECT_EQ(who_looks_at("reduction", "group_norm"), "batch_norm_scale, fpgm, hessian, lamp, magnitude, taylor");
}

TEST(Prune, WhatItRefuses) {
  const Graph graph = residual();
  const auto said = [&](const PruneOptions& options) { return error_of([&] { plan_pruning(graph, options); }); };
  EXPECT_EQ(said({.ratio = 1}), "prune: ratio 1 (expected 0 or more and below 1)");
  EXPECT_EQ(said({.ratio = 41}), "prune: ratio 41 (expected 0 or more and below 1); did you mean 0.41?");
  EXPECT_EQ(said({.ratios = {{"stem", 70}}}),
            "prune: ratio of 'stem' 70 (expected 0 or more and below 1); did you mean 0.7?");
  EXPECT_EQ(said({.most = 0}), "prune: most 0 (expected above 0, at most 1)");
  EXPECT_EQ(said({.keep_macs = 0}), "prune: keep_macs 0 (expected above 0, at most 1)");
  EXPECT_EQ(said({.keep_parameters = 50}),
            "prune: keep_parameters 50 (expected above 0, at most 1); did you mean 0.5?");
  EXPECT_EQ(said({.max_ram_bytes = 0}), "prune: max_ram_bytes 0 (expected above 0)");
  EXPECT_EQ(said({.protect = {"innr"}}),
            "prune: the glob 'innr' matches none of x, stem, relu1, inner, relu2, outer, sum, mean, head (did you mean "
            "'inner'?)");
  EXPECT_EQ(
      said({.criterion = "taylr"}),
      "unknown criterion 'taylr'; known: activation, batch_norm_scale, fpgm, group_norm, hessian, lamp, magnitude, "
      "random, taylor (did you mean 'taylor'?)");
  EXPECT_EQ(said({.criterion = "taylor"}), "criterion 'taylor' looks at data: give labelled samples");
  EXPECT_EQ(said({.criterion = "batch_norm_scale"}),
            "criterion 'batch_norm_scale' goes by the scales of batch norms, and group 'stem' has none; protect its "
            "layers, or take magnitude, group_norm or lamp");
  EXPECT_EQ(said({.ranking = "globl"}),
            "unknown ranking 'globl'; known: global, isomorphic, local (did you mean 'global'?)");
}

}  // namespace
}  // namespace lathe
