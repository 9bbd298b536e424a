/// Training as a step of a recipe: with settings of its own, from the weights as they are.
#pragma once

#include <filesystem>
#include <string>

#include "lathe/recipe/step.h"
#include "lathe/recipe/train_section.h"

namespace lathe {

struct TuneSection {
  TrainSection train;
  bool continue_optimizer = false;  ///< go on with what the training before left of the optimiser, cut along by pruning
  std::string from = {};            ///< a point of the run to go back to first; empty: the network as it is
};

/// Keys: those of [train], continue_optimizer and from. Notes the optimiser and the point in the plan.
/// @throws Error when the optimiser is to go on and is of another kind than the one before
TuneSection tune_section(const Settings& settings, StepPlan& plan);

/// What a training of the step begins with: the network goes back where the section says, and the options are filled
/// in.
/// @param folder  gets history and checkpoints
FitOptions begin_tuning(StepContext& context, const TuneSection& section, const std::filesystem::path& folder,
                        const std::string& title);

/// @param folder    gets history and checkpoints
/// @param callback  null: none
FitReport tune(StepContext& context, const TuneSection& section, const std::filesystem::path& folder,
               const std::string& title, std::shared_ptr<TrainingCallback> callback = nullptr);

}  // namespace lathe
