/// What training makes small: a mean over a batch, with the weight that lets the means of parts be put together again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/graph/graph.h"
#include "lathe/train/objective.h"

namespace lathe {

struct LossOptions {
  /// bce: output of probabilities, target of 0 and 1, equally many values a row ([N, 1, T] and [N, T] fit).
  /// bce_with_logits: the same on values before the sigmoid.
  /// cross_entropy: output [N, C] or [N, C, T] before the softmax, target int64 [N] or [N, T], or probabilities of the
  /// output's shape.
  /// mse: output and target of equally many values a row.
  std::string kind = "bce";
  std::vector<double> class_weights = {};  ///< cross_entropy: one a class; empty: all 1
};

/// An objective that looks at nothing but the network's outputs.
class Loss : public Objective {
 public:
  /// The mean over the batch, a differentiable scalar.
  /// @param outputs  of the graph, in its order
  /// @throws Error when shapes do not fit
  virtual at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const = 0;
  at::Tensor value(const RunResult& result, const Batch& batch) const final { return mean(result.outputs, batch); }
  std::string settings() const override { return "custom"; }
};

/// What a loss takes the network's output for.
enum class LossInput { probabilities, scores, values };

struct LossEntry {
  std::string_view name;
  std::string_view summary;
  LossInput input;
  std::unique_ptr<Loss> (*make)(const LossOptions& options);
};
const Registry<LossEntry>& losses();

/// Why the loss does not suit the graph's output, as one sentence with a hint; empty where it does. A loss of
/// probabilities on scores, or of scores on probabilities, would train without complaint and learn something else.
std::string loss_mismatch(const Graph& graph, std::string_view loss);

/// @throws Error (usage) for an unknown kind or class weights that the loss does not take.
std::unique_ptr<Loss> make_loss(const LossOptions& options);

/// Weights that make up for unequal classes: 1 / count, scaled to sum 1. @throws Error for a class without a row.
std::vector<double> balanced_class_weights(const at::Tensor& classes, int64_t class_count);
/// The same in other units, rows / count, where a class without a row counts as if it had one: rows that are not
/// trained on may have it.
std::vector<double> inverse_class_weights(const at::Tensor& classes, int64_t class_count);

}  // namespace lathe
