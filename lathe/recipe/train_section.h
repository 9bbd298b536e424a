/// The [train] section, and any step that trains: keys to FitOptions.
#pragma once

#include "lathe/base/settings.h"
#include "lathe/train/fit.h"

namespace lathe {

struct TrainSection {
  FitOptions fit;
  bool balanced_classes = false;  ///< class_weights = "balanced": counted when the data is there
  bool default_loss = true;       ///< `loss` was not set: the task decides

  /// What must wait for data and task: the loss where none was set, balanced class weights.
  /// @param outputs  classes of the network's output
  FitOptions resolved(bool classification, const at::Tensor& targets, int64_t outputs) const;
};

/// Keys: epochs, batch, accumulate, shuffle, loss, class_weights, clip_norm, clip_value, checkpoint_seconds, optimizer (a
/// table or a name), schedule (a table or a name).
/// @param default_loss  "bce" for segmentation, "cross_entropy" for classification
TrainSection train_section(const Settings& settings, const std::string& default_loss);

}  // namespace lathe
