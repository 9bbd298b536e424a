/// The registry of metrics: what each one is called, what it applies to, and its formula over a tally.
#pragma once

#include "lathe/base/registry.h"
#include "lathe/eval/tally.h"

namespace lathe {

struct MetricTasks {
  bool binary = false;
  bool classes = false;
  bool values = false;
  bool contains(Task task) const { return task == Task::binary ? binary : task == Task::classes ? classes : values; }
};

/// A value with a zero denominator is NaN (docs/metrics.md says which); whoever writes JSON writes it as null.
struct Metric {
  std::string_view name;
  std::string_view summary;
  MetricTasks tasks;
  double (*compute)(const Tally&) = nullptr;
  double (*of_class)(const Tally&,
                     int64_t c) = nullptr;  ///< one class against the rest; null: not a column of the table
  bool smaller_is_better = false;
};

const Registry<Metric>& metrics();

/// Names of the metrics that apply to the task, in the registry's order.
std::vector<std::string> metrics_for(Task task);

/// The metric, every sample counted once. @throws Error when the name is unknown or does not apply to these scores.
double metric(std::string_view name, const Scores& scores);
/// The same with one weight a unit. @throws Error also when there is not one weight a unit.
double metric(std::string_view name, const Scores& scores, std::span<const double> unit_weights);

/// The registry's entry. @throws Error when the name is unknown or does not apply to the task.
const Metric& metric_for(std::string_view name, Task task);

}  // namespace lathe
