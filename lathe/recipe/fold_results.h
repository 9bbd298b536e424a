/// From the folds' own metrics to those of the whole: means over folds, and one evaluation over all predictions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lathe/recipe/plan.h"

namespace lathe {

/// {METRIC: {mean, std, low, high, corrected_low, corrected_high, folds}}; folds without a value are left out of a
/// mean.
/// @param rows  metrics.json's "folds"
nlohmann::json across_folds(const nlohmann::json& rows);

/// What each step came to: [{"step", "metrics": as across_folds}]. Empty where the folds' ledgers have one row.
/// @param rows  metrics.json's "folds", each with "steps": [{"step", "metrics": {METRIC: value}}]
nlohmann::json across_steps(const nlohmann::json& rows);
/// The rows of a ledger with the metrics named, for "steps". A value is null where it is not there.
nlohmann::json steps_of(const nlohmann::json& ledger, const std::vector<std::string>& metrics);
/// The table for people: a line a step, mean ± deviation over folds. Empty without steps.
std::vector<std::string> steps_text(const nlohmann::json& steps, const std::vector<std::string>& metrics);

/// Puts "ledger", "model", "train", "primary" and what the folds noted into `metrics`: means, and sums of seconds.
/// @param folds  each fold's metrics.json
void add_means_of_folds(const std::vector<nlohmann::json>& folds, nlohmann::json& metrics);

/// What the folds' models said of rows that they were not trained on, one fold after the other.
class Pool {
 public:
  explicit Pool(const Plan& plan) : plan_(plan) {}
  /// @param fold  its name
  /// @param rows  numbers of the fold's test rows, to know a row again that several folds test; as many as `test` has,
  /// or none where that is not known
  void add(const std::string& fold, const Model& model, const Dataset& test, const std::vector<int64_t>& rows);
  /// Rows that several folds tested are drawn together, and a group of one fold is evaluated apart from the same group
  /// of another. Where the models smooth sequences of classes, the evaluation without that follows.
  /// @param tested_again  there are such rows
  std::vector<NamedEvaluation> evaluations(bool tested_again) const;

 private:
  const Plan& plan_;
  std::vector<Tensor> probabilities_, targets_;
  std::vector<std::string> groups_, rows_, class_names_;
  std::vector<std::string> groups_of_folds_;  ///< "anna, fold-1"
  std::vector<int64_t> decided_;              ///< classes of smoothed sequences; or empty
};

}  // namespace lathe
