/// A recipe file that runs in about a second.
#pragma once

#include <string>

namespace lathe::test {

inline const std::string kSmallRecipe = R"([data]
name = "small"
simulator = "ppg"
simulator_windows = 12

[model]
name = "kernel_segmenter"
kernels = 2
lengths = [8, 4]

[train]
epochs = 2
batch = 4

[[step]]
kind = "merge"
ratio = 0.5

[evaluate]
resamples = 20
report_windows = 1
)";

}  // namespace lathe::test
