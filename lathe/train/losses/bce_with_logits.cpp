/// Binary cross-entropy of values before the sigmoid, the mean over all samples.
#include <ATen/ops/binary_cross_entropy_with_logits.h>

#include "lathe/train/losses/matched.h"

namespace lathe {
namespace {

class BinaryCrossEntropyWithLogits final : public Loss {
 public:
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    const auto [output, target] = matched("bce_with_logits", outputs, batch);
    return at::binary_cross_entropy_with_logits(output, target);
  }
};

}  // namespace

std::unique_ptr<Loss> make_bce_with_logits_loss(const LossOptions&) {
  return std::make_unique<BinaryCrossEntropyWithLogits>();
}

}  // namespace lathe
