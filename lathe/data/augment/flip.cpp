/// flip: images are mirrored, left to right.
#include <ATen/ops/rand.h>
#include <ATen/ops/where.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/data/augment/settings.h"

namespace lathe {

Augmentation prepare_flip(const Settings& settings) {
  const double chance = augment_detail::chance(settings, 0.5);
  return {[](const RowsLike& rows) {
            check(rows.sizes.size() == 3 && !rows.features, "mirrors images (expected rows [C, H, W], got {}[{}])",
                  rows.features ? "features " : "", fmt::join(rows.sizes, ", "));
          },
          [chance](AugmentRows& rows) {
            const at::Tensor chosen = at::rand({rows.inputs.size(0)}).lt(chance);
            rows.inputs = at::where(augment_detail::beside(chosen, rows.inputs), rows.inputs.flip(-1), rows.inputs);
          }};
}

}  // namespace lathe
