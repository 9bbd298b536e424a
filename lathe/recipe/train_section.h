/// The [train] section, and any step that trains: keys to FitOptions.
#pragma once

#include <optional>

#include "lathe/base/settings.h"
#include "lathe/formats/model_file.h"
#include "lathe/prune/regularizer.h"
#include "lathe/recipe/validation_section.h"
#include "lathe/train/fit.h"

namespace lathe {

struct TrainSection {
  std::optional<RegularizerOptions> regularizer = {};
  FitOptions fit;
  std::string class_weights = {};  ///< "balanced" or "inverse": counted when the data is there; empty: as `fit` says
  std::string monitor = "loss";    ///< what is watched on the validation rows: "loss" or a metric

  /// What must wait for the data: class weights by counts, and what is watched.
  /// @param outputs  classes of the network's output
  FitOptions resolved(const at::Tensor& targets, int64_t outputs, const ValidationRows& validation = {}) const;
};

/// What a model of its task is trained with where nothing else is said.
std::string default_loss(const Model& model);

/// Keys: epochs, batch, accumulate, shuffle, shuffle_buffer, loss, class_weights, freeze, clip_norm, clip_value,
/// checkpoint_seconds, optimizer (a table or a name), schedule (a table or a name); with validation rows monitor,
/// patience, min_delta, restore_best. A key that has no effect beside the others, a loss that does not suit the
/// network's output, and globs that match nothing in it are refused here.
/// @param fewest_epochs  0 where a training may be left out
TrainSection train_section(const Settings& settings, const Model& model, bool validates = false,
                           int64_t fewest_epochs = 1);

}  // namespace lathe
