/// Everything to report about one set: metrics with intervals, tables by class and by group, the confusion matrix,
/// the counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/eval/bootstrap.h"

namespace lathe {

struct EvaluateOptions {
  std::vector<std::string> metrics;  ///< empty: all that apply
  BootstrapOptions bootstrap;
};

struct NamedInterval {
  std::string name;
  Interval interval;
};

struct NamedValue {
  std::string name;
  double value = 0;  ///< NaN: undefined
};

/// One class against the rest.
struct ClassRow {
  std::string name;
  int64_t samples = 0;  ///< of this class in the truth
  std::vector<NamedValue> values;
};

/// One group by itself.
struct GroupRow {
  std::string name;
  int64_t windows = 0;
  int64_t samples = 0;
  int64_t classes = 0;  ///< in the truth; with one, kappa and AUROC say nothing
  std::vector<NamedValue> values;
};

/// A metric over groups, every group counted once.
struct GroupSpread {
  std::string name;
  double mean = 0;       ///< NaN: undefined for every group, like the deviation
  double deviation = 0;  ///< of the sample (divided by n - 1); NaN for one group
  int64_t groups = 0;    ///< that have a value; the others are left out
};

struct Evaluation {
  Task task = Task::binary;
  std::string unit;  ///< what the bootstrap drew: "window" or "group"
  int64_t windows = 0;
  int64_t samples = 0;
  int64_t units = 0;
  std::vector<NamedInterval> metrics;    ///< in the order asked for
  std::vector<std::string> class_names;  ///< empty for values, like the next two
  std::vector<ClassRow> classes;
  std::vector<std::vector<int64_t>> confusion;  ///< [truth][predicted]
  std::vector<GroupRow> groups = {};            ///< where the scores have them
  std::vector<GroupSpread> across_groups = {};  ///< one a metric, in the order asked for

  /// The metric of that name. @throws Error that lists those that were computed.
  const Interval& at(std::string_view name) const;
};

/// Evaluates with intervals over windows, or over groups where the scores have them.
/// @throws Error when a metric is unknown or does not apply; before anything is computed.
Evaluation evaluate(const Scores& scores, const EvaluateOptions& options = {});

}  // namespace lathe
