/// What a pretraining is told in a recipe or on the command line, besides what every training is told.
#pragma once

#include <optional>

#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/formats/model_file.h"
#include "lathe/pretrain/pretrain.h"

namespace lathe {

struct PretrainSection {
  PretrainOptions options;
  bool by_movement = true;                         ///< counts with windows_per_subject
  std::optional<int64_t> subjects_per_batch = {};  ///< unset: four, where there are as many
  double rate_scale = 1;                           ///< by which the learning rate climbs; 0: batch / 512
  double scale_cap = 16;                           ///< the most that it climbs by
  int64_t scale_epochs = 5;                        ///< on the way

  /// The rows that train, with what is known of them once they are there.
  /// @param plain     kept by reference
  /// @param recorded  the same rows as recorded, with their subjects
  PretrainRows rows(const BatchSource& plain, const Dataset& recorded) const;
  /// The options for so many rows.
  PretrainOptions resolved(const Dataset& recorded, const FitOptions& fitting) const;
  /// @throws Error where the schedule has a way up already, beside the one that learning_rate_scale brings
  void check_schedule(const Settings& settings, const FitOptions& fitting) const;
  /// Puts the way up in front of the schedule.
  void scale_rate(FitOptions& fitting, int64_t rows) const;
};

/// Keys: method, tasks (names, or tables with a kind), positive_ratio, features, axis_swap, rotation, sampling,
/// windows_per_subject, subjects_per_batch, temperature, projection, learning_rate_scale (a number or "batch"),
/// scale_cap, scale_epochs. Refuses keys of [train] that have no effect here.
/// @throws Error for a setting out of range, or one that has no effect beside the others
PretrainSection pretrain_section(const Settings& settings);

/// The model as it will train: with heads, which are its outputs. What [train]'s keys are checked against.
/// @throws Error for features that are not there, or windows that do not fit
Model pretext_model(const Model& model, const PretrainOptions& options);

}  // namespace lathe
