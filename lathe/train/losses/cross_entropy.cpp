/// Cross-entropy of class scores before the softmax. With class weights the mean over classes is divided by the sum of
/// the weights that were met, the mean over class probabilities by their number, both as PyTorch does.
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>

#include "lathe/train/loss.h"

namespace lathe {
namespace {

class CrossEntropy final : public Loss {
 public:
  explicit CrossEntropy(const std::vector<double>& weights) {
    if (!weights.empty()) weights_ = at::tensor(weights, at::kDouble);
  }
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    check(outputs.size() == 1 && batch.targets.size() == 1,
          "loss 'cross_entropy': got {} outputs and {} targets (expected one each)", outputs.size(),
          batch.targets.size());
    const at::Tensor &output = outputs[0], &target = batch.targets[0];
    std::vector<int64_t> expected = output.sizes().vec();
    if (expected.size() > 1) expected.erase(expected.begin() + 1);
    check(output.dim() > 1 && (soft(batch) ? target.sizes() == output.sizes()
                                           : target.sizes() == expected && target.scalar_type() == at::kLong),
          "loss 'cross_entropy': the target [{}] of {} does not line up with the output [{}] (expected int64 [{}])",
          fmt::join(target.sizes(), ", "), at::toString(target.scalar_type()), fmt::join(output.sizes(), ", "),
          fmt::join(expected, ", "));
    if (!weights_.defined()) return at::cross_entropy_loss(output, target);
    check(weights_.numel() == output.size(1), "loss 'cross_entropy': got {} class weights (expected {})",
          weights_.numel(), output.size(1));
    return at::cross_entropy_loss(output, target, weights_.to(output.options()));
  }
  double weight(const Batch& batch) const override {
    if (soft(batch)) return static_cast<double>(batch.targets[0].numel() / batch.targets[0].size(1));
    if (!weights_.defined()) return Loss::weight(batch);
    return weights_.index_select(0, batch.targets.at(0).flatten().cpu()).sum().item<double>();
  }

 private:
  at::Tensor weights_;

  /// Probabilities [N, C] or [N, C, T] in place of classes.
  static bool soft(const Batch& batch) {
    const at::Tensor& target = batch.targets.at(0);
    return target.is_floating_point() && target.dim() > 1;
  }
};

}  // namespace

std::unique_ptr<Loss> make_cross_entropy_loss(const LossOptions& options) {
  return std::make_unique<CrossEntropy>(options.class_weights);
}

}  // namespace lathe
