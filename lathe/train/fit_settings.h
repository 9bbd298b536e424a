/// What of a training's options must be in order, and what must be the same for a resumed run to be the same run.
#pragma once

#include "lathe/train/checkpoint.h"
#include "lathe/train/fit.h"

namespace lathe {

/// @throws Error (usage) for a setting outside its range, Error when nothing trains
void check_fit_options(const Graph& graph, const FitOptions& options);

/// Names and values of everything that the numbers depend on: the graph, the options, the rows.
Fingerprint fit_settings(const Graph& graph, const BatchSource& train, const FitOptions& options,
                         const BatchSource* validation);

}  // namespace lathe
