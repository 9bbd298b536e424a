/// Evaluations for people and for metrics.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lathe/eval/evaluate.h"

namespace lathe {

/// "95% interval 0.81 to 0.88 over 28 windows", or why there is none.
std::string interval_text(const Interval& interval, const Evaluation& evaluation);

/// Metrics with intervals, the groups, the confusion matrix.
std::string evaluation_text(const Evaluation& evaluation);

/// {metric: value, …} with null for undefined ones.
nlohmann::json metric_values(const Evaluation& evaluation);
/// {"windows", "samples", "unit", "intervals": {metric: [low, high]}, "confusion": {labels, counts}, "classes": […]},
/// and where there are groups "groups": [{"name", "windows", "samples", "classes": in the truth, metric: value, …}] and
/// "across_groups": {metric: {"mean", "std", "groups": that have a value}}
nlohmann::json evaluation_details(const Evaluation& evaluation);

}  // namespace lathe
