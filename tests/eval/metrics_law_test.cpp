/// Laws of every registered metric on every task that it applies to: a new metric is tested by being listed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lathe/base/files.h"
#include "lathe/eval/evaluate.h"
#include "tests/eval/sample_scores.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::random_sample;
using test::Sample;

struct MetricCase {
  std::string metric;
  Task task = Task::binary;
};

std::vector<MetricCase> cases() {
  std::vector<MetricCase> cases;
  for (const Metric& metric : metrics())
    for (const Task task : {Task::binary, Task::classes, Task::values})
      if (metric.tasks.contains(task)) cases.push_back({std::string(metric.name), task});
  return cases;
}

class MetricLaw : public testing::TestWithParam<MetricCase> {
 protected:
  const std::string& name() const { return GetParam().metric; }
  Task task() const { return GetParam().task; }
  /// Short rows make AUROC walk over the samples, long ones make it look up pairs of units.
  std::vector<Sample> samples() const { return {random_sample(task(), 40, 6, 1), random_sample(task(), 40, 60, 2)}; }
  Interval interval(const Scores& scores, uint64_t seed) const {
    EvaluateOptions options{.metrics = {name()}};
    options.bootstrap = {.resamples = 200, .seed = seed};
    return evaluate(scores, options).at(name());
  }
};

TEST_P(MetricLaw, AWeightIsThatManyCopiesOfTheUnit) {
  for (const Sample& sample : samples()) {
    Rng rng(3);
    std::vector<double> weights;
    std::vector<int64_t> copies;
    for (int64_t row = 0; row < sample.outputs.size(0); ++row) {
      const int64_t count = rng.below(4);
      weights.push_back(static_cast<double>(count));
      copies.insert(copies.end(), static_cast<size_t>(count), row);
    }
    const double weighted = metric(name(), sample.to_scores(), weights);
    EXPECT_NEAR(weighted, metric(name(), sample.rows(copies).to_scores()), 1e-12);
    EXPECT_GT(std::abs(weighted - metric(name(), sample.to_scores())), 1e-6) << "the weights change nothing";
  }
}

TEST_P(MetricLaw, OrderOfUnitsDoesNotMatter) {
  for (const Sample& sample : samples()) {
    std::vector<int64_t> reversed(static_cast<size_t>(sample.outputs.size(0)));
    std::iota(reversed.rbegin(), reversed.rend(), 0);
    EXPECT_NEAR(metric(name(), sample.to_scores()), metric(name(), sample.rows(reversed).to_scores()), 1e-12);
  }
}

TEST_P(MetricLaw, WeightOfAGroupIsTheWeightOfItsWindows) {
  for (const Sample& sample : samples()) {
    ScoreOptions by_subject;
    std::vector<double> row_weights;
    for (int64_t row = 0; row < sample.outputs.size(0); ++row) {
      by_subject.groups.push_back("subject " + std::to_string(row % 3));
      row_weights.push_back(static_cast<double>(row % 3));  // the three subjects weigh 0, 1 and 2
    }
    const std::vector<double> weights = {0, 1, 2};
    EXPECT_NEAR(metric(name(), sample.to_scores(by_subject), weights), metric(name(), sample.to_scores(), row_weights),
                1e-12);
  }
}

TEST_P(MetricLaw, IntervalContainsTheValueAndHasWidth) {
  for (const Sample& sample : samples()) {
    const Interval found = interval(sample.to_scores(), 5);
    EXPECT_LT(found.low, found.value);
    EXPECT_GT(found.high, found.value);
  }
}

TEST_P(MetricLaw, SameSeedSameInterval) {
  const Scores scores = random_sample(task(), 40, 6, 1).to_scores();
  const Interval first = interval(scores, 5), again = interval(scores, 5), other = interval(scores, 6);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_NE(first.low, other.low);
}

TEST_P(MetricLaw, ASetOfOneClassGivesANumberOrNaN) {
  for (Sample sample : samples()) {
    for (const int value : {0, 1}) {
      sample.targets.fill_(value);
      const Interval found = interval(sample.to_scores(), 5);
      EXPECT_FALSE(std::isinf(found.value));
      EXPECT_EQ(std::isnan(found.value), std::isnan(found.low)) << found.value << " " << found.low;
    }
  }
}

TEST_P(MetricLaw, NoWeightAtAllIsUndefined) {
  const std::vector<double> nothing(40);
  for (const Sample& sample : samples()) EXPECT_TRUE(std::isnan(metric(name(), sample.to_scores(), nothing)));
}

TEST_P(MetricLaw, IsExplainedInTheDocumentation) {
  const std::string page = read_text(test::source_folder() / "docs" / "metrics.md");
  EXPECT_NE(page.find("| `" + name() + "` |"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Registry, MetricLaw, testing::ValuesIn(cases()), [](const auto& info) {
  return info.param.metric + "_" + std::string(name_of(info.param.task));
});

}  // namespace
}  // namespace lathe
