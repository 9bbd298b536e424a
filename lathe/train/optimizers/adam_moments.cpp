#include "lathe/train/optimizers/adam_moments.h"

#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace lathe {

void adam_step(const Tensor& parameter, const Tensor& gradient, ParameterState& state, const OptimizerOptions& options,
               double learning_rate) {
  if (state.empty()) {
    state["step"] = at::zeros({}, at::kLong);  // stays on the CPU: it is read every step
    for (const char* name : {"exp_avg", "exp_avg_sq"}) state[name] = at::zeros_like(parameter);
    if (options.amsgrad) state["max_exp_avg_sq"] = at::zeros_like(parameter);
  }
  const Tensor &mean = state["exp_avg"], &square = state["exp_avg_sq"];
  const auto step = static_cast<double>(++*state["step"].mutable_data_ptr<int64_t>());
  mean.lerp_(gradient, 1 - options.beta1);
  square.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
  if (options.amsgrad) {
    Tensor& greatest = state["max_exp_avg_sq"];
    at::maximum_out(greatest, greatest, square);
  }
  const double mean_correction = 1 - std::pow(options.beta1, step);
  const double square_correction = std::pow(1 - std::pow(options.beta2, step), 0.5);
  const Tensor denominator =
      (options.amsgrad ? state["max_exp_avg_sq"] : square).sqrt().div(square_correction).add_(options.epsilon);
  parameter.addcdiv_(mean, denominator, -(learning_rate / mean_correction));
}

}  // namespace lathe
