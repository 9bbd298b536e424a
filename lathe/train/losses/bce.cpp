/// Binary cross-entropy of probabilities, the mean over all samples; logarithms are cut at -100 as PyTorch does.
#include <ATen/ops/binary_cross_entropy.h>

#include "lathe/train/losses/matched.h"

namespace lathe {
namespace {

class BinaryCrossEntropy final : public Loss {
 public:
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    const auto [output, target] = matched("bce", outputs, batch);
    return at::binary_cross_entropy(output, target);
  }
};

}  // namespace

std::unique_ptr<Loss> make_bce_loss(const LossOptions&) {
  return std::make_unique<BinaryCrossEntropy>();
}

}  // namespace lathe
