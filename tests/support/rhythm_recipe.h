/// The recipe of classes that the tests of folds and of smoothing share; text alone.
#pragma once

#include <string>

namespace lathe::test {

/// Simulated heart rhythms of three classes, three windows a group; a second.
inline const std::string kRhythmRecipe = R"([data]
name = "rhythm"
simulator = "rhythm"
simulator_windows = 24

[model]
name = "kernel_classifier"
kernels = 2
lengths = [8, 4]
samples = 640
classes = 3

[train]
epochs = 1
batch = 16

[evaluate]
resamples = 20
unit = "group"
)";

}  // namespace lathe::test
