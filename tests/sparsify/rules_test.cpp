/// Which connections go and which come back.
#include "lathe/sparsify/connections.h"

#include <algorithm>

#include "tests/support/support.h"

namespace lathe {
namespace {

using Places = std::vector<int64_t>;

/// Ten connections, the last two not active, one active that is exactly 0.
struct Sample {
  std::vector<float> weight = {0.1F, -0.2F, 0.3F, -0.4F, 0.5F, -0.6F, 0, 0.7F, 0, 0};
  std::vector<float> gradient = {0, 0, 0, 0, 0, 0, 0, 0, 0.5F, -0.9F};
  std::vector<double> strength = {9, 8, 1, 2, 3, 7, 6, 5, 4, 3};
  std::vector<uint8_t> active = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
  Connections all() const { return {weight, gradient, strength, active}; }
};

Places pruned(const std::string& rule, double share) {
  const Sample sample;
  Places places = prune_rules().at(rule).choose(sample.all(), share);
  std::sort(places.begin(), places.end());
  return places;
}

Places grown(const std::string& rule, int64_t count) {
  const Sample sample;
  Rng rng(1);
  return grow_rules().at(rule).choose(sample.all(), count, rng);
}

TEST(PruneRules, TheSmallestWeightsGo) {
  EXPECT_EQ(pruned("magnitude", 0.3), (Places{0, 1, 6}));  // two of seven, and the exact zero
}

TEST(PruneRules, SignsAreRankedApart) {
  EXPECT_EQ(pruned("signed_magnitude", 0.5), (Places{0, 1, 2, 6}));  // two of four positive, one of three negative
}

TEST(PruneRules, TheWeakestGo) {
  EXPECT_EQ(pruned("hebbian", 0.3), (Places{2, 3, 6}));
}

TEST(PruneRules, WeightTimesStrengthDecides) {
  // positive: .9 .3 1.5 3.5; negative: 1.6 .8 4.2
  EXPECT_EQ(pruned("weighted_hebbian", 0.5), (Places{0, 2, 3, 6}));
}

TEST(PruneRules, WhatIsStrongOrLargeStaysInMixed) {
  EXPECT_EQ(pruned("mixed", 0.5), (Places{2, 6}));
}

TEST(PruneRules, ExactZerosGoThoughNothingElseDoes) {
  for (const PruneRule& rule : prune_rules()) EXPECT_EQ(pruned(std::string(rule.name), 0), (Places{6})) << rule.name;
}

TEST(GrowRules, OnlyWhatIsNotActiveComesBack) {
  EXPECT_EQ(grown("gradient", 1), (Places{9}));
  EXPECT_EQ(grown("hebbian", 1), (Places{8}));
  for (const GrowRule& rule : grow_rules()) {
    Places both = grown(std::string(rule.name), 2);
    std::sort(both.begin(), both.end());
    EXPECT_EQ(both, (Places{8, 9})) << rule.name;
    EXPECT_EQ(grown(std::string(rule.name), 5).size(), 2U) << rule.name;
  }
}

TEST(GrowRules, EqualScoresGiveTheFirst) {
  EXPECT_EQ(smallest(Places{5, 6, 7}, std::vector<double>{1, 1, 1}, 2), (Places{5, 6}));
}

}  // namespace
}  // namespace lathe
