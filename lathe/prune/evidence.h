/// Runs labelled batches through a network and keeps what criteria ask for: gradients, their squares, activations.
#pragma once

#include "lathe/prune/criterion.h"
#include "lathe/train/batches.h"
#include "lathe/train/loss.h"

namespace lathe {

/// @param batches  how many at most; of `batch` rows each, in the order of the rows
/// The network is run as at inference: batch norms use their running statistics, nothing drops.
Evidence gather_evidence(const Graph& graph, const BatchSource& source, const Loss& loss, int64_t batch = 64,
                         int64_t batches = 16);

}  // namespace lathe
