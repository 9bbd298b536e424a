/// Binary cross-entropy of probabilities, the mean over all samples; logarithms are cut at -100 as PyTorch does.
#include <ATen/ops/binary_cross_entropy.h>
#include <c10/util/Exception.h>

#include "lathe/train/losses/matched.h"

namespace lathe {
namespace {

class BinaryCrossEntropy final : public Loss {
 public:
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    const auto [output, target] = matched("bce", outputs, batch);
    try {
      return at::binary_cross_entropy(output, target);
    } catch (const c10::Error&) {
      // LibTorch refuses a NaN as "not between 0 and 1". The loss is NaN then, and the loop says so with step and hint.
      if (!output.isnan().any().item<bool>()) throw;
      return output.sum();
    }
  }
};

}  // namespace

std::unique_ptr<Loss> make_bce_loss(const LossOptions&) {
  return std::make_unique<BinaryCrossEntropy>();
}

}  // namespace lathe
