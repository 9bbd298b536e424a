/// What Adam and AdamW share: both moments and the step along them. They differ in where weight decay enters.
#pragma once

#include "lathe/train/optimizer.h"

namespace lathe {

/// Source: torch.optim.Adam on one tensor; the same operations in the same order give the same bits.
void adam_step(const Tensor& parameter, const Tensor& gradient, ParameterState& state, const OptimizerOptions& options,
               double learning_rate);

}  // namespace lathe
