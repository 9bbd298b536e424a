#include "lathe/train/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include "lathe/graph/freeze.h"

namespace lathe {

Optimizer::Optimizer(OptimizerOptions options) : options_(std::move(options)), entry_(&optimizers().at(options_.kind)) {
  if (!options_.weight_decay) options_.weight_decay = entry_->weight_decay;
  const auto in_range = [&](std::string_view name, double value, double low, bool ok) {
    if (!ok)
      fail_as(ExitCode::usage, "optimizer '{}': {} is {} (expected at least {}{})", options_.kind, name, value, low,
              name == "beta1" || name == "beta2" ? " and below 1" : "");
  };
  const auto not_negative = [&](std::string_view name, double value) { in_range(name, value, 0, value >= 0); };
  const auto beta = [&](std::string_view name, double value) { in_range(name, value, 0, value >= 0 && value < 1); };
  not_negative("learning_rate", options_.learning_rate);
  not_negative("weight_decay", *options_.weight_decay);
  not_negative("momentum", options_.momentum);
  not_negative("epsilon", options_.epsilon);
  beta("beta1", options_.beta1);
  beta("beta2", options_.beta2);
  if (options_.nesterov && (options_.momentum <= 0 || options_.dampening != 0))
    fail_as(ExitCode::usage, "optimizer '{}': nesterov needs a momentum above 0 and no dampening (got {} and {})",
            options_.kind, options_.momentum, options_.dampening);
  for (const auto& [glob, factor] : options_.learning_rates)
    if (!(factor > 0))
      fail_as(
          ExitCode::usage,
          "optimizer '{}': the learning rate of '{}' is multiplied by {} (expected more than 0); freeze keeps layers "
          "as they are",
          options_.kind, glob, factor);
}

void Optimizer::step(Graph& graph, double learning_rate) {
  const at::NoGradGuard no_gradients;
  for (const NamedParam& entry : named_params(graph)) {
    const Tensor& parameter = entry.param->value;
    if (entry.param->buffer || !parameter.requires_grad() || !parameter.grad().defined()) continue;
    const double rate = learning_rate * factor(graph.nodes[static_cast<size_t>(entry.node)].name, entry.param->name);
    entry_->update(parameter, parameter.grad(), state_[entry.name], options_, rate);
  }
}

double Optimizer::factor(const std::string& node, const std::string& param) const {
  for (const auto& [glob, factor] : options_.learning_rates)
    if (names_param(glob, node, param)) return factor;
  return 1;
}

ParameterState Optimizer::sample_state(const Tensor& parameter) const {
  const at::NoGradGuard no_gradients;
  ParameterState state;
  const Tensor copy = parameter.clone();
  entry_->update(copy, at::zeros_like(copy), state, options_, 0);
  return state;
}

void Optimizer::zero_grad(Graph& graph) {
  for (Node& node : graph.nodes)
    for (Param& param : node.params)
      if (!param.buffer) param.value.mutable_grad().reset();
}

}  // namespace lathe
