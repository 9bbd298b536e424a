/// Metrics against scikit-learn 1.x; numbers computed with sklearn.metrics and copied here with 15 digits.
#include <gtest/gtest.h>

#include <cmath>

#include "lathe/eval/evaluate.h"
#include "tests/eval/sample_scores.h"

namespace lathe {
namespace {

using test::table;

void expect_metrics(const Scores& scores, const std::vector<double>& weights,
                    const std::vector<std::pair<std::string, double>>& expected) {
  for (const auto& [name, value] : expected) EXPECT_NEAR(metric(name, scores, weights), value, 1e-14) << name;
}

/// Three windows of five samples; scores tie within and across windows, two of them on the threshold.
Scores tied_binary() {
  return binary_scores(table({.1, .9, .5, .5, .7, .3, .6, .6, .2, .1, .8, .5, .8, .4, .3}, {3, 5}),
                       table({0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0}, {3, 5}));
}

TEST(MetricsVector, BinaryWithTies) {
  expect_metrics(tied_binary(), {1, 1, 1},
                 {{"dice", 0.615384615384615},
                  {"f1", 0.615384615384615},
                  {"macro_f1", 0.660633484162896},
                  {"accuracy", 0.666666666666667},
                  {"precision", 0.666666666666667},
                  {"recall", 0.571428571428571},
                  {"sensitivity", 0.571428571428571},
                  {"specificity", 0.75},
                  {"auroc", 0.803571428571429},
                  {"kappa", 0.324324324324324}});
}

TEST(MetricsVector, BinaryUnderSampleWeights) {
  expect_metrics(tied_binary(), {2, 0, 3},
                 {{"dice", 0.56},
                  {"macro_f1", 0.56},
                  {"accuracy", 0.56},
                  {"precision", 0.7},
                  {"recall", 0.466666666666667},
                  {"specificity", 0.7},
                  {"auroc", 0.696666666666667},
                  {"kappa", 0.153846153846154}});
}

/// The formula is in whole numbers, so that Python builds the same 40 windows of 60 samples.
TEST(MetricsVector, AurocOfManySamplesWithTies) {
  std::vector<double> scores, labels, weights;
  for (int64_t i = 0; i < 2400; ++i) {
    const double score = static_cast<double>(i * 7919 % 1009 % 97) / 97;
    scores.push_back(score);
    labels.push_back(static_cast<double>(i * 104729 % 1013 % 10) < 3 + 5 * score ? 1 : 0);
  }
  for (int64_t unit = 0; unit < 40; ++unit) weights.push_back(static_cast<double>(unit * 5 % 4));
  for (const int64_t rows : {40, 2400}) {  // few long windows look pairs up, many short ones walk
    const Scores set = binary_scores(table(scores, {rows, 2400 / rows}), table(labels, {rows, 2400 / rows}));
    EXPECT_NEAR(metric("auroc", set), 0.677740026051573, 1e-14);
    if (rows == 40) {
      EXPECT_NEAR(metric("auroc", set, weights), 0.678377462157036, 1e-14);
    }
  }
}

/// Ten windows, four classes; class 2 is never predicted, class 3 is predicted once and never true, row 1 is a tie.
Scores four_classes() {
  return class_scores(table({.7, .1, .1, .1, .4, .4, .1, .1, .2, .6, .1, .1, .1, .3, .2, .4, .5, .3,  .1,  .1,
                             .3, .4, .2, .1, .6, .2, .2, 0,  .2, .5, .2, .1, .1, .8, .1, 0,  .9, .05, .05, 0},
                            {10, 4}),
                      table({0, 0, 1, 1, 1, 2, 2, 0, 1, 0}, {10}));
}

TEST(MetricsVector, MacroOfClassesWithZeroDivisionZero) {
  expect_metrics(four_classes(), std::vector<double>(10, 1),
                 {{"macro_f1", 0.291666666666667},
                  {"accuracy", 0.5},
                  {"precision", 0.275},
                  {"recall", 0.3125},
                  {"sensitivity", 0.3125},
                  {"specificity", 0.808333333333333},
                  {"auroc", 0.798611111111111},
                  {"kappa", 0.21875},
                  {"mae", 0.7},
                  {"rmse", 1.04880884817015}});
}

TEST(MetricsVector, ClassTable) {
  const Evaluation evaluation = evaluate(four_classes(), {.bootstrap = {.resamples = 0}});
  const double nan = std::nan("");
  const std::vector<std::string> columns = {"f1", "precision", "sensitivity", "specificity", "auroc"};
  const std::vector<std::vector<double>> expected = {
      {0.666666666666667, 0.6, 0.75, 0.666666666666667, 0.770833333333333},
      {0.5, 0.5, 0.5, 0.666666666666667, 0.75},
      {0, nan, 0, 1, 0.875},
      {0, 0, nan, 0.9, nan}};
  ASSERT_EQ(evaluation.classes.size(), 4u);
  for (size_t c = 0; c < 4; ++c) {
    ASSERT_EQ(evaluation.classes[c].values.size(), columns.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      const NamedValue& cell = evaluation.classes[c].values[i];
      EXPECT_EQ(cell.name, columns[i]);
      EXPECT_EQ(std::isnan(cell.value), std::isnan(expected[c][i])) << "class " << c << " " << cell.name;
      if (!std::isnan(expected[c][i])) {
        EXPECT_NEAR(cell.value, expected[c][i], 1e-14) << "class " << c << " " << cell.name;
      }
    }
  }
}

TEST(MetricsVector, ErrorsOfValues) {
  const Scores scores = value_scores(table({2.5, 0, 2, 8, -1, 3.25}, {2, 3}), table({3, -.5, 2, 7, 1, 3}, {2, 3}));
  expect_metrics(scores, {1, 1}, {{"mae", 0.708333333333333}, {"rmse", 0.962851667357612}});
  expect_metrics(scores, {1, 3}, {{"mae", 0.895833333333333}, {"rmse", 1.14336856116769}});
}

TEST(MetricsVector, KappaOfTheTextbookMatrix) {
  std::vector<double> truth, scores;
  const auto add = [&](size_t count, double label, double score) {
    truth.insert(truth.end(), count, label);
    scores.insert(scores.end(), count, score);
  };
  add(50, 0, 0);
  add(5, 0, 1);
  add(10, 1, 0);
  add(35, 1, 1);
  const Scores set = binary_scores(table(scores, {100}), table(truth, {100}));
  expect_metrics(set, std::vector<double>(100, 1),
                 {{"kappa", 0.693877551020408}, {"macro_f1", 0.846547314578005}, {"f1", 0.823529411764706}});
}

/// By NumPy: bins from linspace(0, 1, 16), open below, closed above. Whole numbers, so that Python builds the same.
TEST(MetricsVector, CalibrationErrorInFifteenBins) {
  EXPECT_NEAR(metric("ece", four_classes()), 0.2, 1e-14);
  std::vector<double> probabilities, labels, weights;
  for (int64_t i = 0; i < 60; ++i) {
    const std::vector<int64_t> parts = {1 + i * 7919 % 1009 % 13, 1 + i * 104729 % 1013 % 11, 1 + i * 31 % 17};
    for (const int64_t part : parts)
      probabilities.push_back(static_cast<double>(part) / static_cast<double>(parts[0] + parts[1] + parts[2]));
    labels.push_back(static_cast<double>(i * 7919 % 1009 % 3));
    weights.push_back(static_cast<double>(i % 4));
  }
  const Scores set = class_scores(table(probabilities, {60, 3}), table(labels, {60}));
  EXPECT_NEAR(metric("ece", set), 0.234462730278536, 1e-14);
  EXPECT_NEAR(metric("ece", set, weights), 0.277325517631353, 1e-14);
}

}  // namespace
}  // namespace lathe
