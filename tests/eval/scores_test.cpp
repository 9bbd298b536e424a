#include "lathe/eval/scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lathe/eval/metric.h"
#include "tests/eval/sample_scores.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::table;

TEST(Scores, OnTheThresholdIsNotAbove) {
  const at::Tensor labels = table({1, 1, 0, 0}, {2, 2});
  EXPECT_EQ(metric("recall", binary_scores(table({.5, .6, 0, 0}, {2, 2}), labels)), 0.5);
  const at::Tensor single = table({.3, .6, 0, 0}, {2, 2}).to(at::kFloat);
  EXPECT_EQ(metric("recall", binary_scores(single, labels, {.threshold = 0.3})), 0.5) << "0.3f > 0.3 as doubles";
}

TEST(Scores, LabelsOfAnyTypeCount) {
  const at::Tensor scores = table({.2, .8, .7, .1}, {2, 2}), labels = table({0, 1, 0, 0}, {2, 2});
  for (const at::ScalarType type : {at::kBool, at::kByte, at::kLong, at::kFloat})
    EXPECT_EQ(metric("accuracy", binary_scores(scores, labels.to(type))), 0.75) << type;
}

TEST(Scores, GroupsAreTheUnits) {
  const Scores scores =
      binary_scores(table({.2, .8, .7}, {3, 1}), table({0, 1, 0}, {3, 1}), {.groups = {"anna", "ben", "anna"}});
  EXPECT_TRUE(scores.grouped);
  EXPECT_EQ(scores.units, 2);
  EXPECT_EQ(scores.windows, 3);
}

TEST(Scores, ShapesThatDisagree) {
  EXPECT_EQ(error_of([] { binary_scores(table({1, 0}, {1, 2}), table({1, 0}, {2, 1})); }),
            "labels: shape differs from that of the probabilities (expected [1, 2], got [2, 1])");
  EXPECT_EQ(error_of([] { value_scores(table({1, 0}, {2}), table({1}, {1})); }),
            "targets: shape differs from that of the predictions (expected [2], got [1])");
  EXPECT_EQ(error_of([] { class_scores(table({1, 0}, {2}), table({1, 0}, {2})); }),
            "probabilities: not one row of classes a window (expected [N, C] with at least 2 classes, got [2])");
  EXPECT_EQ(error_of([] { class_scores(table({1, 0}, {1, 2}), table({1, 0}, {2})); }),
            "labels: not one class a window (expected [1], got [2])");
}

TEST(Scores, NothingToEvaluate) {
  EXPECT_EQ(error_of([] { binary_scores(table({}, {0, 5}), table({}, {0, 5})); }),
            "probabilities: nothing to evaluate (expected at least one window, got shape [0, 5])");
}

TEST(Scores, LabelsOutsideTheClasses) {
  EXPECT_EQ(error_of([] { binary_scores(table({0, 0, 0, 0}, {2, 2}), table({0, 1, 2, 1}, {2, 2})); }),
            "labels: row 1, sample 0 is neither class (expected 0 or 1, got 2)");
  EXPECT_EQ(error_of([] { binary_scores(table({0, 0}, {2}), table({0, std::nan("")}, {2})); }),
            "labels: row 1 is neither class (expected 0 or 1, got nan)");
  EXPECT_EQ(error_of([] { class_scores(table({1, 0, 0, 1}, {2, 2}), table({1, 2}, {2})); }),
            "labels: row 1 names no class (expected a whole number in 0 … 1, got 2)");
  EXPECT_EQ(error_of([] { class_scores(table({1, 0}, {1, 2}), table({.5}, {1})); }),
            "labels: row 0 names no class (expected a whole number in 0 … 1, got 0.5)");
}

TEST(Scores, NumbersThatAreNone) {
  const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error_of([&] { binary_scores(table({0, 0, 0, nan, nan, 0}, {2, 3}), table({0, 0, 0, 0, 0, 0}, {2, 3})); }),
            "probabilities: 2 of 6 values are NaN or infinite (first: row 1, sample 0)");
  EXPECT_EQ(error_of([&] { class_scores(table({0, 1, 0, nan}, {2, 2}), table({0, 1}, {2})); }),
            "probabilities: 1 of 4 values are NaN or infinite (first: row 1, class 1)");
  EXPECT_EQ(error_of([&] { value_scores(table({0, 1}, {2}), table({infinite, 1}, {2})); }),
            "targets: 1 of 2 values are NaN or infinite (first: row 0)");
}

TEST(Scores, NamesMustFit) {
  const at::Tensor scores = table({.2, .8}, {2}), labels = table({0, 1}, {2});
  EXPECT_EQ(error_of([&] { binary_scores(scores, labels, {.groups = {"anna"}}); }),
            "groups: not one name a window (expected 2, got 1)");
  EXPECT_EQ(error_of([&] { binary_scores(scores, labels, {.class_names = {"clean", "artifact", "other"}}); }),
            "class names: not one a class (expected 2, got 3)");
}

}  // namespace
}  // namespace lathe
