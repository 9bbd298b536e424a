/// mixup: every row becomes a mixture with another row, and so does what it stands for.
/// Source: Zhang et al. (arXiv:1710.09412); a weight a row, its own never the smaller.
#include <ATen/TensorOperators.h>
#include <ATen/ops/max.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/randperm.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/data/augment/settings.h"

namespace lathe {

Augmentation prepare_mixup(const Settings& settings) {
  const double alpha = augment_detail::above_zero(settings, "alpha", 0.3);
  return {[](const RowsLike&) {},
          [alpha](AugmentRows& rows) {
            const int64_t count = rows.inputs.size(0);
            const at::Tensor partner = at::randperm(count, at::kLong);
            const at::Tensor drawn = augment_detail::beta(alpha, count), own = at::max(drawn, 1 - drawn);
            const at::Tensor targets =
                (rows.classes > 0 ? at::one_hot(rows.targets, rows.classes) : rows.targets).to(at::kFloat);
            const auto mixed = [&](const at::Tensor& x) {
              const at::Tensor weight = augment_detail::beside(own, x);
              return x * weight + x.index_select(0, partner) * (1 - weight);
            };
            rows.inputs = mixed(rows.inputs);
            rows.targets = mixed(targets);
          }};
}

}  // namespace lathe
