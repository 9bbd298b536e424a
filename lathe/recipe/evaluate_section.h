/// The [evaluate] section, and evaluation of a model on a dataset as its file says.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/eval/evaluate.h"
#include "lathe/formats/model_file.h"

namespace lathe {

struct EvaluateSection {
  EvaluateOptions options;
  std::string primary;            ///< the metric of ledger and headlines
  std::string unit = "window";    ///< what the bootstrap draws: "window" | "group"
  std::vector<std::string> sets;  ///< which of "test", "train" to report
  int64_t report_windows = 6;     ///< windows shown in the report
};

/// The metrics that are reported where none are named: all that apply, but for those that take classes as numbers,
/// since "af" is no further from "normal" than "other" is.
std::vector<std::string> default_metrics(Task task);
Task task_of(const Preprocessing& preprocessing);

/// Keys: metrics, primary, unit, resamples, sets, report_windows; smooth_window, smooth_order and threshold go into the
/// model's preprocessing, since prediction must do the same.
EvaluateSection evaluate_section(const Settings& settings, Preprocessing& preprocessing);

/// [N, T] probabilities a sample (smoothed as the model says), or [N, C] class probabilities; computed in chunks.
Tensor predict_probabilities(const Model& model, const Dataset& data, bool smooth = true);

/// @throws Error when the task has no metrics
Scores scores_of(const Model& model, const Dataset& data, const std::string& unit);

/// "95% interval 0.81 to 0.88 over 28 windows", or why there is none.
std::string interval_text(const Interval& interval, const Evaluation& evaluation);

/// {metric: value, …} with null for undefined ones.
nlohmann::json metric_values(const Evaluation& evaluation);
/// {"windows", "samples", "unit", "intervals": {metric: [low, high]}, "confusion": {labels, counts}, "classes": […]}
nlohmann::json evaluation_details(const Evaluation& evaluation);

}  // namespace lathe
