#include "lathe/eval/evaluate.h"

#include <gtest/gtest.h>

#include "tests/eval/sample_scores.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::table;

Scores artifacts() {
  return binary_scores(table({.9, .8, .2, .1, .7, .3}, {3, 2}), table({1, 0, 0, 0, 1, 1}, {3, 2}),
                       {.class_names = {"clean", "artifact"}, .groups = {"anna", "ben", "anna"}});
}

TEST(Evaluate, CountsWindowsSamplesAndUnits) {
  const Evaluation evaluation = evaluate(artifacts());
  EXPECT_EQ(evaluation.windows, 3);
  EXPECT_EQ(evaluation.samples, 6);
  EXPECT_EQ(evaluation.units, 2);
  EXPECT_EQ(evaluation.unit, "group");
}

TEST(Evaluate, ConfusionMatrixIsTruthByPrediction) {
  const Evaluation evaluation = evaluate(artifacts());
  EXPECT_EQ(evaluation.class_names, (std::vector<std::string>{"clean", "artifact"}));
  EXPECT_EQ(evaluation.confusion, (std::vector<std::vector<int64_t>>{{2, 1}, {1, 2}}));
  EXPECT_EQ(evaluation.classes[1].name, "artifact");
  EXPECT_EQ(evaluation.classes[1].samples, 3);
}

TEST(Evaluate, ComputesAllThatAppliesInTheRegistrysOrder) {
  std::vector<std::string> names;
  for (const NamedInterval& metric : evaluate(artifacts()).metrics) names.push_back(metric.name);
  EXPECT_EQ(names, metrics_for(Task::binary));
}

TEST(Evaluate, ValuesHaveNoClasses) {
  const Evaluation evaluation = evaluate(test::random_sample(Task::values, 5, 3, 1).to_scores());
  EXPECT_TRUE(evaluation.classes.empty());
  EXPECT_TRUE(evaluation.confusion.empty());
  EXPECT_EQ(evaluation.metrics.size(), 2u);
}

TEST(Evaluate, RefusesAMetricThatDoesNotApply) {
  EXPECT_EQ(
      error_of([] { evaluate(artifacts(), {.metrics = {"dice", "mae"}}); }),
      "metric 'mae': does not apply to the task 'binary' (expected one of dice, f1, macro_f1, accuracy, precision, "
      "recall, sensitivity, specificity, auroc, kappa)");
}

TEST(Evaluate, AskingForWhatWasNotComputed) {
  EXPECT_EQ(error_of([] { evaluate(artifacts(), {.metrics = {"dice"}}).at("kappa"); }),
            "unknown metric 'kappa'; known: dice");
}

}  // namespace
}  // namespace lathe
