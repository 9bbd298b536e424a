/// Adam whose weight decay shrinks the parameter itself. Source: torch.optim.AdamW, bit for bit.
#include "lathe/train/optimizers/adam_moments.h"

namespace lathe {

void update_adamw(const Tensor& parameter, const Tensor& gradient, ParameterState& state,
                  const OptimizerOptions& options, double learning_rate) {
  if (*options.weight_decay != 0) parameter.mul_(1 - learning_rate * *options.weight_decay);
  adam_step(parameter, gradient, state, options, learning_rate);
}

}  // namespace lathe
