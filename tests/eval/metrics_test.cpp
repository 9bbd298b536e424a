/// What single metrics say where a law cannot: symmetry, undefined values, misuse.
#include "lathe/eval/metric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/eval/sample_scores.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::table;

TEST(Metrics, F1DoesNotCareWhichSideIsTheTruth) {
  const test::Sample sample = test::random_sample(Task::binary, 30, 8, 7);
  const at::Tensor calls = sample.outputs.gt(0.5).to(at::kDouble);
  const Scores forward = binary_scores(calls, sample.targets), backward = binary_scores(sample.targets, calls);
  EXPECT_EQ(metric("f1", forward), metric("f1", backward));
  EXPECT_NE(metric("precision", forward), metric("precision", backward));
}

TEST(Metrics, DiceIsF1) {
  const Scores scores = test::random_sample(Task::binary, 30, 8, 7).to_scores();
  EXPECT_EQ(metric("dice", scores), metric("f1", scores));
}

TEST(Metrics, NothingAgainstNothingHasNoDice) {
  const Scores scores = binary_scores(table({.1, .2, .3}, {3}), table({0, 0, 0}, {3}));
  for (const char* name : {"dice", "f1", "precision", "recall", "auroc", "kappa"})
    EXPECT_TRUE(std::isnan(metric(name, scores))) << name;
  EXPECT_EQ(metric("accuracy", scores), 1);
  EXPECT_EQ(metric("specificity", scores), 1);
  EXPECT_EQ(metric("macro_f1", scores), 1) << "the class that does not occur is left out";
}

TEST(Metrics, MissedPositivesGiveDiceZeroAndNoPrecision) {
  const Scores scores = binary_scores(table({.1, .2, .3}, {3}), table({1, 1, 1}, {3}));
  EXPECT_EQ(metric("dice", scores), 0);
  EXPECT_EQ(metric("recall", scores), 0);
  EXPECT_TRUE(std::isnan(metric("precision", scores)));
  EXPECT_TRUE(std::isnan(metric("specificity", scores)));
}

TEST(Metrics, EqualScoresAreWorthACoinToss) {
  EXPECT_EQ(metric("auroc", binary_scores(table({.5, .5, .5}, {3}), table({1, 0, 0}, {3}))), 0.5);
}

TEST(Metrics, UnknownNameIsSuggestedAgainst) {
  const Scores scores = test::random_sample(Task::binary, 3, 4, 1).to_scores();
  EXPECT_EQ(
      error_of([&] { metric("dise", scores); }),
      "unknown metric 'dise'; known: accuracy, auroc, dice, ece, f1, kappa, macro_f1, mae, precision, recall, rmse, "
      "sensitivity, specificity (did you mean 'dice'?)");
}

TEST(Metrics, MetricOfAnotherTaskIsRefused) {
  const Scores scores = test::random_sample(Task::values, 3, 4, 1).to_scores();
  EXPECT_EQ(error_of([&] { metric("dice", scores); }),
            "metric 'dice': does not apply to the task 'values' (expected one of mae, rmse)");
}

TEST(Metrics, WeightsMustFitTheUnits) {
  const Scores scores = test::random_sample(Task::values, 3, 4, 1).to_scores();
  EXPECT_EQ(error_of([&] { metric("mae", scores, std::vector<double>{1, 2}); }),
            "metric 'mae': not one weight a unit (expected 3, got 2)");
}

}  // namespace
}  // namespace lathe
