/// Adam with weight decay added to the gradient. Source: torch.optim.Adam, bit for bit.
#include "lathe/train/optimizers/adam_moments.h"

namespace lathe {

void update_adam(const Tensor& parameter, const Tensor& gradient, ParameterState& state,
                 const OptimizerOptions& options, double learning_rate) {
  const double decay = *options.weight_decay;
  adam_step(parameter, decay != 0 ? gradient.add(parameter, decay) : gradient, state, options, learning_rate);
}

}  // namespace lathe
