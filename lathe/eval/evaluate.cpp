/// Gathers metrics, class rows and the confusion matrix from one set of scores.
#include "lathe/eval/evaluate.h"

#include <cmath>
#include <limits>

#include "lathe/eval/mean_interval.h"

namespace lathe {
namespace {

std::vector<ClassRow> class_rows(const Scores& scores, const Tally& tally) {
  std::vector<ClassRow> rows;
  for (int64_t c = 0; c < tally.classes(); ++c) {
    const ClassCounts counts = tally.against_rest(c);
    ClassRow row{.name = scores.class_names[static_cast<size_t>(c)],
                 .samples = std::llround(counts.true_positives + counts.false_negatives)};
    for (const Metric& metric : metrics())
      if (metric.of_class != nullptr) row.values.push_back({std::string(metric.name), metric.of_class(tally, c)});
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::vector<int64_t>> confusion_matrix(const Tally& tally) {
  std::vector<std::vector<int64_t>> matrix(static_cast<size_t>(tally.classes()));
  for (int64_t truth = 0; truth < tally.classes(); ++truth)
    for (int64_t predicted = 0; predicted < tally.classes(); ++predicted)
      matrix[static_cast<size_t>(truth)].push_back(std::llround(tally.confusion(truth, predicted)));
  return matrix;
}

/// Groups are few and small beside the bootstrap: each is tallied by itself.
std::vector<GroupRow> group_rows(const Scores& scores, const std::vector<const Metric*>& metrics) {
  std::vector<GroupRow> rows;
  for (const GroupScores& group : scores.groups) {
    const std::vector<double> once(static_cast<size_t>(group.scores.units), 1.0);
    const Tally tally(group.scores, once);
    GroupRow row{.name = group.name, .windows = group.scores.windows, .samples = group.scores.samples};
    for (int64_t c = 0; c < tally.classes(); ++c) {
      const ClassCounts counts = tally.against_rest(c);
      row.classes += counts.true_positives + counts.false_negatives > 0;
    }
    for (const Metric* metric : metrics) row.values.push_back({std::string(metric->name), metric->compute(tally)});
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<GroupSpread> spread_of(const std::vector<GroupRow>& rows, const std::vector<std::string>& names) {
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  std::vector<GroupSpread> across;
  if (rows.empty()) return across;
  for (size_t i = 0; i < names.size(); ++i) {
    std::vector<double> values;
    for (const GroupRow& row : rows)
      if (!std::isnan(row.values[i].value)) values.push_back(row.values[i].value);
    const MeanInterval over = values.empty() ? MeanInterval{undefined, undefined} : mean_interval(values);
    across.push_back({names[i], over.mean, over.deviation, std::ssize(values)});
  }
  return across;
}

}  // namespace

const Interval& Evaluation::at(std::string_view name) const {
  std::vector<std::string> names;
  for (const NamedInterval& metric : metrics) {
    if (metric.name == name) return metric.interval;
    names.push_back(metric.name);
  }
  throw Error(unknown_name("metric", name, names), ExitCode::usage);
}

Evaluation evaluate(const Scores& scores, const EvaluateOptions& options) {
  const std::vector<std::string> names = options.metrics.empty() ? metrics_for(scores.task) : options.metrics;
  std::vector<const Metric*> chosen;
  for (const std::string& name : names) chosen.push_back(&metric_for(name, scores.task));

  Evaluation evaluation{.task = scores.task,
                        .unit = scores.grouped ? "group" : "window",
                        .windows = scores.windows,
                        .samples = scores.samples,
                        .units = scores.units,
                        .class_names = scores.class_names};
  const std::vector<Interval> intervals = bootstrap(scores, chosen, options.bootstrap);
  for (size_t i = 0; i < names.size(); ++i) evaluation.metrics.push_back({names[i], intervals[i]});
  const std::vector<double> once(static_cast<size_t>(scores.units), 1.0);
  const Tally tally(scores, once);
  evaluation.classes = class_rows(scores, tally);
  evaluation.confusion = confusion_matrix(tally);
  evaluation.groups = group_rows(scores, chosen);
  evaluation.across_groups = spread_of(evaluation.groups, names);
  return evaluation;
}

}  // namespace lathe
