/// Mean squared error over all values.
#include <ATen/ops/mse_loss.h>

#include "lathe/train/losses/matched.h"

namespace lathe {
namespace {

class MeanSquaredError final : public Loss {
 public:
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    const auto [output, target] = matched("mse", outputs, batch);
    return at::mse_loss(output, target);
  }
};

}  // namespace

std::unique_ptr<Loss> make_mse_loss(const LossOptions&) {
  return std::make_unique<MeanSquaredError>();
}

}  // namespace lathe
