#include "lathe/eval/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/eval/sample_scores.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::table;

Interval interval(const Scores& scores, const char* name, const BootstrapOptions& options) {
  const Metric* const chosen[] = {&metrics().at(name)};
  return bootstrap(scores, chosen, options)[0];
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsPromised) {
  constexpr int repeats = 400;
  constexpr double truth = 0.7;
  int covered = 0;
  for (uint64_t repeat = 0; repeat < repeats; ++repeat) {
    Rng rng(repeat);
    std::vector<double> calls;
    for (int i = 0; i < 100; ++i) calls.push_back(rng.chance(truth) ? 1 : 0);
    const Scores scores = binary_scores(table(calls, {100}), table(std::vector<double>(100, 1), {100}));
    const Interval found = interval(scores, "accuracy", {.resamples = 200, .seed = repeat});
    covered += found.low <= truth && truth <= found.high;
  }
  EXPECT_GT(covered, 0.90 * repeats);
  EXPECT_LT(covered, 0.99 * repeats);
}

TEST(Bootstrap, DrawsGroupsWhole) {
  std::vector<double> calls;
  ScoreOptions by_subject;
  for (int i = 0; i < 80; ++i) {
    calls.push_back(i % 4 == 0 ? 0 : 1);  // one subject of four is always wrong
    by_subject.groups.push_back(std::to_string(i % 4));
  }
  const at::Tensor scores = table(calls, {80}), labels = table(std::vector<double>(80, 1), {80});
  const Interval by_window = interval(binary_scores(scores, labels), "accuracy", {});
  const Interval by_group = interval(binary_scores(scores, labels, by_subject), "accuracy", {});
  EXPECT_EQ(by_window.value, by_group.value);
  EXPECT_GT(by_group.high - by_group.low, 2 * (by_window.high - by_window.low));
}

TEST(Bootstrap, AWiderLevelGivesAWiderInterval) {
  const Scores scores = test::random_sample(Task::values, 30, 4, 1).to_scores();
  const Interval half = interval(scores, "mae", {.level = 0.5}), most = interval(scores, "mae", {.level = 0.99});
  EXPECT_LT(most.low, half.low);
  EXPECT_GT(most.high, half.high);
}

TEST(Bootstrap, OneUnitOrNoResamplesHaveNoInterval) {
  const Scores one = test::random_sample(Task::values, 1, 50, 1).to_scores();
  EXPECT_TRUE(std::isnan(interval(one, "mae", {}).low));
  EXPECT_FALSE(std::isnan(interval(one, "mae", {}).value));
  const Scores many = test::random_sample(Task::values, 9, 4, 1).to_scores();
  EXPECT_TRUE(std::isnan(interval(many, "mae", {.resamples = 0}).high));
}

TEST(Bootstrap, UndefinedResamplesAreLeftOut) {
  // One positive window in four: three resamples in ten miss it and have no recall.
  const Scores scores = binary_scores(table({.9, .1, .1, .1}, {4}), table({1, 0, 0, 0}, {4}));
  const Interval found = interval(scores, "recall", {});
  EXPECT_EQ(found.low, 1);
  EXPECT_EQ(found.high, 1);
}

TEST(Bootstrap, OptionsThatMakeNoSense) {
  const Scores scores = test::random_sample(Task::values, 3, 4, 1).to_scores();
  EXPECT_EQ(error_of([&] { interval(scores, "mae", {.resamples = -1}); }),
            "bootstrap: a negative number of resamples (expected 0 or more, got -1)");
  EXPECT_EQ(error_of([&] { interval(scores, "mae", {.level = 95}); }),
            "bootstrap: level is not a fraction (expected between 0 and 1, got 95)");
}

}  // namespace
}  // namespace lathe
