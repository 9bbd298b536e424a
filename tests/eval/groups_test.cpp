/// Metrics of each group by itself, and their mean and deviation over groups.
#include <gtest/gtest.h>

#include <cmath>

#include "lathe/eval/evaluate.h"
#include "tests/eval/sample_scores.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::table;

const std::vector<std::string> who = {"b", "a", "b", "b", "a", "a", "a", "b", "c", "c"};

/// Ten windows of four classes; only `c` is always right.
Scores by_subject(ScoreOptions options = {}) {
  options.by_group = who;
  return class_scores(table({.1, .7, .1, .1, .4, .4, .1, .1, .2, .6, .1, .1, .1, .3, .2, .4, .5, .3,  .1,  .1,
                             .3, .4, .2, .1, .6, .2, .2, 0,  .2, .5, .2, .1, .1, .8, .1, 0,  .9, .05, .05, 0},
                            {10, 4}),
                      table({1, 1, 1, 1, 0, 2, 0, 0, 1, 0}, {10}), options);
}

double value_of(const GroupRow& row, const std::string& name) {
  for (const NamedValue& value : row.values)
    if (value.name == name) return value.value;
  return -1;
}

const GroupSpread& spread_of(const Evaluation& evaluation, const std::string& name) {
  for (const GroupSpread& spread : evaluation.across_groups)
    if (spread.name == name) return spread;
  throw Error("no spread of " + name);
}

TEST(Groups, AreEvaluatedByThemselvesInOrderOfName) {
  const Evaluation evaluation = evaluate(by_subject());
  ASSERT_EQ(evaluation.groups.size(), 3u);
  EXPECT_EQ(evaluation.groups[0].name, "a");
  EXPECT_EQ(evaluation.groups[1].windows, 4);
  EXPECT_EQ(evaluation.groups[1].classes, 2);
  for (const GroupRow& group : evaluation.groups) {
    std::vector<int64_t> rows;
    for (size_t row = 0; row < who.size(); ++row)
      if (who[row] == group.name) rows.push_back(static_cast<int64_t>(row));
    EXPECT_EQ(group.windows, std::ssize(rows));
  }
}

TEST(Groups, DoNotChangeWhatIsSaidOfAll) {
  const Evaluation evaluation = evaluate(by_subject());
  EXPECT_EQ(evaluation.unit, "window");
  EXPECT_EQ(evaluation.units, 10);
  EXPECT_DOUBLE_EQ(evaluation.at("accuracy").value, 0.6);
}

/// scikit-learn's f1_score(average="macro") and cohen_kappa_score, subject by subject.
TEST(Groups, EqualScikitLearnSubjectBySubject) {
  const Evaluation evaluation = evaluate(by_subject());
  const double f1[] = {0.266666666666667, 0.222222222222222, 1}, kappa[] = {0.111111111111111, -0.142857142857143, 1};
  for (size_t group = 0; group < 3; ++group) {
    EXPECT_NEAR(value_of(evaluation.groups[group], "macro_f1"), f1[group], 1e-14);
    EXPECT_NEAR(value_of(evaluation.groups[group], "kappa"), kappa[group], 1e-14);
  }
  EXPECT_NEAR(spread_of(evaluation, "macro_f1").mean, 0.496296296296296, 1e-14);
  EXPECT_NEAR(spread_of(evaluation, "macro_f1").deviation, 0.43678586630535, 1e-14);
}

TEST(Groups, WhereAMetricIsUndefinedAreLeftOutAndCounted) {
  ScoreOptions options;
  options.by_group = {"walks", "walks", "sits", "sits"};
  const Evaluation evaluation =
      evaluate(class_scores(table({.9, .1, .8, .2, .3, .7, .6, .4}, {4, 2}), table({0, 0, 1, 0}, {4}), options));
  EXPECT_EQ(evaluation.groups[1].name, "walks");
  EXPECT_EQ(evaluation.groups[1].classes, 1);
  EXPECT_TRUE(std::isnan(value_of(evaluation.groups[1], "kappa")));
  EXPECT_EQ(spread_of(evaluation, "kappa").groups, 1);
  EXPECT_DOUBLE_EQ(spread_of(evaluation, "kappa").mean, 1);
  EXPECT_TRUE(std::isnan(spread_of(evaluation, "kappa").deviation));
  EXPECT_EQ(spread_of(evaluation, "macro_f1").groups, 2);
}

TEST(Groups, OfSegmentsAndOfValues) {
  for (const Task task : {Task::binary, Task::values}) {
    const test::Sample sample = test::random_sample(task, 6, 8, 3);
    ScoreOptions options;
    options.by_group = {"x", "y", "x", "y", "x", "y"};
    const Evaluation evaluation = evaluate(sample.to_scores(options));
    const std::string name = task == Task::binary ? "auroc" : "mae";
    EXPECT_DOUBLE_EQ(value_of(evaluation.groups[1], name), metric(name, sample.rows({1, 3, 5}).to_scores()));
    EXPECT_EQ(evaluation.groups[1].samples, 24);
  }
}

TEST(Groups, NotOneNameAWindow) {
  ScoreOptions options;
  options.by_group = {"a"};
  EXPECT_EQ(error_of([&] { test::random_sample(Task::classes, 3, 0, 1).to_scores(options); }),
            "groups: not one name a window (expected 3, got 1)");
}

TEST(Decided, ClassesReplaceTheLargestProbabilityInDecisionsOnly) {
  ScoreOptions options;
  options.decided = {1, 1, 1, 1, 0, 2, 0, 0, 1, 0};
  const Evaluation decided = evaluate(by_subject(options)), plain = evaluate(by_subject());
  EXPECT_DOUBLE_EQ(decided.at("accuracy").value, 1);
  EXPECT_DOUBLE_EQ(value_of(decided.groups[0], "accuracy"), 1);
  for (const char* name : {"auroc", "ece"}) EXPECT_DOUBLE_EQ(decided.at(name).value, plain.at(name).value);
}

TEST(Decided, NotOneClassAWindow) {
  ScoreOptions options;
  options.decided = {0, 1};
  EXPECT_EQ(error_of([&] { test::random_sample(Task::classes, 3, 0, 1).to_scores(options); }),
            "decided classes: not one a window (expected 3, got 2)");
}

}  // namespace
}  // namespace lathe
