/// Smoothing of class sequences: tables by hand, paths against every path there is, where chains end.
#include "lathe/signal/hidden_markov.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lathe/base/rng.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using Path = std::vector<int64_t>;

at::Tensor numbers(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}
at::Tensor labels(const Path& values) {
  return at::tensor(values, at::kLong);
}

/// Distributions of random numbers, some of them 0.
HiddenMarkov random_model(size_t states, Rng& rng) {
  const auto distributions = [&](size_t rows) {
    std::vector<double> table;
    for (size_t row = 0; row < rows; ++row) {
      std::vector<double> values;
      double sum = 0;
      for (size_t i = 0; i < states; ++i)
        sum += values.emplace_back(i > 0 && rng.chance(0.2) ? 0 : rng.uniform() + 0.01);
      for (const double value : values) table.push_back(value / sum);
    }
    return table;
  };
  return {distributions(1), distributions(states), distributions(states)};
}

double likelihood(const HiddenMarkov& model, const Path& path, const Path& said) {
  const size_t states = model.start.size();
  double product = 1;
  for (size_t i = 0; i < path.size(); ++i) {
    const auto at = static_cast<size_t>(path[i]);
    product *= i == 0 ? model.start[at] : model.transition[static_cast<size_t>(path[i - 1]) * states + at];
    product *= model.emission[at * states + static_cast<size_t>(said[i])];
  }
  return product;
}

/// The largest likelihood of all S^T paths.
double largest_likelihood(const HiddenMarkov& model, const Path& said) {
  const auto states = std::ssize(model.start);
  int64_t paths = 1;
  for (size_t i = 0; i < said.size(); ++i) paths *= states;
  double largest = 0;
  for (int64_t number = 0; number < paths; ++number) {
    Path path;
    for (int64_t rest = number; path.size() < said.size(); rest /= states) path.push_back(rest % states);
    largest = std::max(largest, likelihood(model, path, said));
  }
  return largest;
}

TEST(HiddenMarkov, NoPathIsLikelierThanTheOneFound) {
  Rng rng(5);
  for (const size_t states : {2, 3, 4})
    for (const size_t length : {1, 2, 5, 6})
      for (int repeat = 0; repeat < 20; ++repeat) {
        const HiddenMarkov model = random_model(states, rng);
        Path said;
        for (size_t i = 0; i < length; ++i) said.push_back(rng.below(static_cast<int64_t>(states)));
        const double largest = largest_likelihood(model, said);
        EXPECT_NEAR(likelihood(model, likeliest_path(model, said), said), largest, 1e-12 * largest);
      }
}

TEST(HiddenMarkov, LongSequencesDoNotUnderflow) {
  const HiddenMarkov lasting{{.5, .5}, {.99, .01, .01, .99}, {.8, .2, .2, .8}};
  Path said(10000, 0);
  said[5000] = 1;
  EXPECT_EQ(likeliest_path(lasting, said), Path(10000, 0)) << "one odd window does not change the state";
  std::fill(said.begin() + 5000, said.end(), 1);
  Path changes(10000, 0);
  std::fill(changes.begin() + 5000, changes.end(), 1);
  EXPECT_EQ(likeliest_path(lasting, said), changes);
}

TEST(HiddenMarkov, TablesAreCountsWithOneObservationMore) {
  const at::Tensor said = numbers({.9, .1, .7, .3, .4, .6, .2, .8}).reshape({4, 2});
  const at::Tensor truth = labels({0, 0, 1, 1});
  const HiddenMarkov model = estimate_hidden_markov(truth, {{0, 1, 2}, {3}}, {{said, truth}});
  EXPECT_EQ(model.start, (std::vector<double>{.5, .5}));
  EXPECT_EQ(model.transition, (std::vector<double>{.5, .5, .5, .5})) << "0 to 0, 0 to 1; nothing leaves 1";
  const std::vector<double> emission = {(1.6 + .5) / 3, (.4 + .5) / 3, (.6 + .5) / 3, (1.4 + .5) / 3};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(model.emission[i], emission[i], 1e-15);
  EXPECT_NO_THROW(verify(model));
}

TEST(HiddenMarkov, TheFirstRowsThatHaveAClassDecideWhatItEmits) {
  const at::Tensor truth = labels({0, 1});
  const HiddenMarkov model = estimate_hidden_markov(
      truth, {{0, 1}},
      {{numbers({.25, .75}).reshape({1, 2}), labels({0})}, {numbers({1, 0, .125, .875}).reshape({2, 2}), truth}});
  EXPECT_EQ(model.emission, (std::vector<double>{.375, .625, .3125, .6875}));
}

TEST(HiddenMarkov, SmoothsChainByChain) {
  const HiddenMarkov lasting{{.6, .4}, {.9, .1, .1, .9}, {.7, .3, .3, .7}};
  const at::Tensor said = numbers({.9, .1, .4, .6, .8, .2, .3, .7}).reshape({4, 2});
  EXPECT_EQ(smoothed_classes(lasting, said, {{0, 1, 2, 3}}), (Path{0, 0, 0, 0}));
  EXPECT_EQ(smoothed_classes(lasting, said, {{0, 1, 2}, {3}}), (Path{0, 0, 0, 1}));
  EXPECT_EQ(smoothed_classes(lasting, said, {{0, 2}, {3, 1}}), (Path{0, 1, 0, 1}));
}

TEST(Chains, EndWithTheGroupAndAtGaps) {
  EXPECT_EQ(chains_of(5, {"a", "b", "a", "b", "a"}, {}), (Chains{{0, 2, 4}, {1, 3}}));
  EXPECT_EQ(chains_of(3, {}, {}), (Chains{{0, 1, 2}}));
  EXPECT_EQ(chains_of(6, {}, numbers({0, 5, 10, 20, 25, 30})), (Chains{{0, 1, 2}, {3, 4, 5}}));
  EXPECT_EQ(chains_of(4, {"a", "a", "b", "b"}, numbers({0, 5, 10, 15})), (Chains{{0, 1}, {2, 3}}));
}

TEST(Chains, AreInOrderOfTimeWhereTimeOrdersThem) {
  EXPECT_EQ(chains_of(5, {}, numbers({15, 0, 10, 5, 30})), (Chains{{1, 3, 2, 0}, {4}}));
}

TEST(Chains, OfRecordingsThatEachCountFromZero) {
  EXPECT_EQ(chains_of(6, {"a", "a", "a", "a", "a", "b"}, numbers({0, 5, 10, 0, 5, 10})),
            (Chains{{0, 1, 2}, {3, 4}, {5}}));
}

TEST(Chains, WhatDoesNotFit) {
  EXPECT_EQ(error_of([] { chains_of(2, {"a"}, {}); }), "chains: not one group a row (expected 2, got 1)");
  EXPECT_EQ(error_of([] { chains_of(2, {}, numbers({0})); }), "chains: not one time a row (expected 2, got 1)");
  EXPECT_EQ(error_of([] { chains_of(2, {}, numbers({0, NAN})); }),
            "chains: row 1 begins at nan (expected a time in seconds)");
}

TEST(HiddenMarkov, WhatDoesNotFit) {
  const at::Tensor said = numbers({.9, .1}).reshape({1, 2});
  EXPECT_EQ(error_of([&] { estimate_hidden_markov(labels({2}), {{0}}, {{said, labels({0})}}); }),
            "hidden Markov model: a label is no class (expected 0 … 1, got 2)");
  EXPECT_EQ(error_of([&] { estimate_hidden_markov(labels({1}), {{0}}, {{said, labels({0, 1})}}); }),
            "hidden Markov model: probabilities and labels do not go together (expected [2, 2], got [1, 2])");
  EXPECT_EQ(error_of([&] { smoothed_classes({{1}, {1}, {1}}, said, {{0}}); }),
            "hidden Markov model: it has 1 classes (got probabilities [1, 2])");
  EXPECT_EQ(error_of([] { verify(HiddenMarkov{{.5, .5}, {1, 0, 0, 1}, {1, 0, 0, .5}}); }),
            "hidden Markov model: row 1 of 'emission' is no distribution (its sum is 0.5)");
  EXPECT_EQ(error_of([] { verify(HiddenMarkov{{.5, .5}, {1, 0, 0}, {1, 0, 0, .5}}); }),
            "hidden Markov model: 'transition' has 3 numbers (expected 4)");
}

}  // namespace
}  // namespace lathe
