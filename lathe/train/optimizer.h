/// Updates parameters from their gradients, with PyTorch's arithmetic in PyTorch's order. Knows parameters by name
/// only, so it outlives edits of the graph; holds no schedule.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/graph/graph.h"

namespace lathe {

struct OptimizerOptions {
  std::string kind = "adam";  ///< sgd | adam | adamw
  double learning_rate = 1e-3;
  std::optional<double> weight_decay = {};  ///< unset: 0, adamw 0.01. sgd and adam add it to the gradient
  double momentum = 0;                      ///< sgd
  double dampening = 0;                     ///< sgd
  bool nesterov = false;                    ///< sgd
  double beta1 = 0.9;                       ///< adam, adamw
  double beta2 = 0.999;                     ///< adam, adamw
  double epsilon = 1e-8;                    ///< adam, adamw
  bool amsgrad = false;                     ///< adam, adamw
  /// Factors on the learning rate of parameters by glob (graph/freeze.h: names_param); the first that matches counts.
  std::vector<std::pair<std::string, double>> learning_rates = {};
};

/// What an optimiser remembers of one parameter: "exp_avg" -> a tensor of the parameter's shape, "step" -> a scalar.
using ParameterState = std::map<std::string, Tensor>;
/// By full parameter name: state["stem.weight"]["exp_avg"].
using OptimizerState = std::map<std::string, ParameterState>;

struct OptimizerEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< names of the options that only some optimisers read, with blanks between
  double weight_decay;        ///< where the options leave it unset
  /// Updates one parameter in place; `options.weight_decay` is set.
  void (*update)(const Tensor& parameter, const Tensor& gradient, ParameterState& state,
                 const OptimizerOptions& options, double learning_rate);
};
const Registry<OptimizerEntry>& optimizers();

class Optimizer {
 public:
  /// @throws Error (usage) for an unknown kind or a setting outside its range.
  explicit Optimizer(OptimizerOptions options);

  /// Updates every parameter that trains and has a gradient; frozen ones and buffers stay as they are.
  /// @param learning_rate  of the step, which `learning_rates` multiply
  void step(Graph& graph, double learning_rate);
  /// Forgets all gradients.
  static void zero_grad(Graph& graph);

  /// What the state of a parameter consists of after a step: names, shapes and types count, the values are a first
  /// step's.
  ParameterState sample_state(const Tensor& parameter) const;
  /// For checkpoints, and for edits that must slice what they slice from a parameter.
  OptimizerState& state() { return state_; }
  const OptimizerState& state() const { return state_; }
  void load_state(OptimizerState state) { state_ = std::move(state); }
  const OptimizerOptions& options() const { return options_; }

 private:
  OptimizerOptions options_;
  const OptimizerEntry* entry_;
  OptimizerState state_;

  double factor(const std::string& node, const std::string& param) const;
};

}  // namespace lathe
