/// Cross-validation of a recipe with a [split] section: an ordinary run a fold, then all folds in one metrics.json and
/// one report. Trains nothing itself.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lathe/recipe/run.h"

namespace lathe {

/// Runs every fold in OUT/folds/NAME, with a model of its own from the same seed of weights and batches, and pools what
/// the models said of the rows that they were not trained on. Resuming goes on with the fold that was stopped.
/// Leaves recipe.toml, manifest.json, metrics.json and report.html in OUT.
/// @return what stands in metrics.json: as of a run, with means over folds in "model", "train" and "ledger", the pooled
/// metrics in "sets", and
///   folds         [{name, folder, train_rows, test_rows, rows: fingerprint, metrics: {METRIC: value},
///                 steps: [{step, metrics: {METRIC: value}}]}]
///   across_folds  {METRIC: {mean, std, low, high, corrected_low, corrected_high, folds}}
///   steps         [{step, metrics: as across_folds}], of [evaluate] ledger; empty where there is one
/// @throws Error as runs do; what can be known of the folds is checked before the first one starts
nlohmann::json cross_validate(const Settings& recipe, const RunRecipeOptions& options);

/// Reads such a recipe as its folds would. Opens no data.
void check_cross_validation(const Settings& recipe);

}  // namespace lathe
