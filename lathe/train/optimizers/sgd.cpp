/// Gradient descent with momentum. Source: torch.optim.SGD, the same operations in the same order.
#include "lathe/train/optimizer.h"

namespace lathe {

void update_sgd(const Tensor& parameter, const Tensor& gradient, ParameterState& state, const OptimizerOptions& options,
                double learning_rate) {
  Tensor direction = gradient;
  if (*options.weight_decay != 0) direction = direction.add(parameter, *options.weight_decay);
  if (options.momentum != 0) {
    Tensor& momentum = state["momentum_buffer"];
    if (momentum.defined())
      momentum.mul_(options.momentum).add_(direction, 1 - options.dampening);
    else
      momentum = direction.clone();  // the first gradient is not dampened
    direction = options.nesterov ? direction.add(momentum, options.momentum) : momentum;
  }
  parameter.add_(direction, -learning_rate);
}

}  // namespace lathe
