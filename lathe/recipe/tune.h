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
};

/// Keys: those of [train], and continue_optimizer. Notes the optimiser in the plan.
/// @throws Error when the optimiser is to go on and is of another kind than the one before
TuneSection tune_section(const Settings& settings, StepPlan& plan);

/// @param folder  gets history and checkpoints
FitReport tune(StepContext& context, const TuneSection& section, const std::filesystem::path& folder,
               const std::string& title);

}  // namespace lathe
