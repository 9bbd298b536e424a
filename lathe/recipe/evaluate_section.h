/// The [evaluate] section, and evaluation of a model on a dataset as its file says.
#pragma once

#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/eval/evaluate.h"
#include "lathe/formats/model_file.h"

namespace lathe {

struct EvaluateSection {
  EvaluateOptions options;
  std::string primary;              ///< the metric of headlines
  std::vector<std::string> ledger;  ///< metrics after every step: the primary first
  bool hidden_markov = false;       ///< smoothing = "hmm": sequences of classes, estimated when the network is done
  std::string unit = "window";      ///< what the bootstrap draws: "window" | "group"
  std::vector<std::string> sets;    ///< which of "test", "train" to report
  int64_t report_windows = 6;       ///< windows shown in the report
};

/// The metrics that are reported where none are named: all that apply, but for those that take classes as numbers,
/// since "af" is no further from "normal" than "other" is.
std::vector<std::string> default_metrics(Task task);
Task task_of(const Preprocessing& preprocessing);

/// Keys: metrics, primary, ledger, unit, resamples, sets, report_windows, smoothing; smooth_window, smooth_order and
/// threshold go into the model's preprocessing, since prediction must do the same.
EvaluateSection evaluate_section(const Settings& settings, Preprocessing& preprocessing);

/// [N, T] probabilities a sample (smoothed as the model says), or [N, C] class probabilities; computed in chunks.
Tensor predict_probabilities(const Model& model, const Dataset& data, bool smooth = true);

/// Classes [N] of rows in sequence, as the model's file smooths them. Empty where it does not.
std::vector<int64_t> smoothed_classes(const Model& model, const Dataset& data, const Tensor& probabilities);

/// Whether groups say more than their rows: there are several, and some have several rows.
bool worth_a_table(const std::vector<std::string>& groups);

struct ScoreChoice {
  std::string unit = "window";  ///< what the bootstrap draws
  bool each_group = false;      ///< scores of each group besides, where that is worth a table
};

/// @param probabilities  of the data's rows, by the model
/// @param decided        classes that are not the largest probabilities; or empty
/// @throws Error when the task has no metrics
Scores scores_of(const Preprocessing& preprocessing, const Tensor& probabilities, const Dataset& data,
                 const ScoreChoice& choice, const std::vector<int64_t>& decided = {});
/// As the model says, with the smoothing of its file; no group gets scores of its own.
Scores scores_of(const Model& model, const Dataset& data, const std::string& unit);

/// Stands behind the name of a set whose sequences were left as they are.
inline constexpr const char* kUnsmoothed = " without smoothing";

struct NamedEvaluation {
  std::string set;
  Evaluation evaluation;
};

/// The evaluation of a set, with each group's own; where the model smooths sequences of classes, the evaluation without
/// that follows.
std::vector<NamedEvaluation> evaluations_of(const Model& model, const Dataset& data, const std::string& unit,
                                            const EvaluateOptions& options, bool smooth = true);

}  // namespace lathe
