/// mixstyle: every row takes on some of another row's loudness and spread, band by band, so that a device's colour
/// teaches nothing. Mean and deviation are taken over channels and frames of each band. Source: Zhou et al.
/// (arXiv:2104.02008), on bands as Kim et al. (arXiv:2206.12513) do.
#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randperm.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/data/augment/settings.h"

namespace lathe {

Augmentation prepare_mixstyle(const Settings& settings) {
  const double chance = augment_detail::chance(settings, 0.3);
  const double alpha = augment_detail::above_zero(settings, "alpha", 0.3);
  return {[](const RowsLike& rows) {
            check(rows.sizes.size() == 3, "mixes bands (expected rows [C, bands, frames], got [{}]); give [features]",
                  fmt::join(rows.sizes, ", "));
            check(rows.sizes[0] * rows.sizes[2] > 1, "mixes deviations (expected more than one value a band)");
          },
          [chance, alpha](AugmentRows& rows) {
            if (!(at::rand({1}).item<double>() < chance)) return;  // whole batches, or none of it
            const at::Tensor& x = rows.inputs;
            const std::vector<int64_t> over = {1, 3};
            const at::Tensor mean = x.mean(over, /*keepdim=*/true);
            const at::Tensor deviation = (x.var(over, /*unbiased=*/true, /*keepdim=*/true) + 1e-6).sqrt();
            const at::Tensor own = augment_detail::beside(augment_detail::beta(alpha, x.size(0)), x);
            const at::Tensor partner = at::randperm(x.size(0), at::kLong);
            const auto mixed = [&](const at::Tensor& value) {
              return value * own + value.index_select(0, partner) * (1 - own);
            };
            rows.inputs = (x - mean) / deviation * mixed(deviation) + mixed(mean);
          }};
}

}  // namespace lathe
