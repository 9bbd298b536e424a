/// A model on its way through training and steps: what a run does once, and its controls do again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lathe/recipe/step.h"

namespace lathe {

struct NamedStep {
  std::string name;
  Step work;
};

struct Pipeline {
  Model& model;               ///< with fresh weights, or those to start from
  const BatchSource& train;   ///< rows to train on, augmented where the recipe says so
  const BatchSource& plain;   ///< the same rows as they are
  const at::Tensor& targets;  ///< of all training rows
  FitOptions fit;             ///< [train], with folder, seed and data_id; epochs 0: nothing is trained first
  const std::vector<NamedStep>& steps;
  std::function<void(const std::string& title, const StepReport&)> on_step = nullptr;
  bool keep_shape = false;     ///< StepContext::keep_shape
  std::string criterion = {};  ///< StepContext::criterion
};

/// Trains, then applies the steps in order, each with a folder of its own below `fit.folder`.
/// @param done  called after the training ("train", its report) and after each step (its name, its sentence)
void run_pipeline(const Pipeline& pipeline, const std::function<void(const FitReport&)>& trained,
                  const std::function<void(const std::string& step, const std::string& sentence)>& done);

}  // namespace lathe
