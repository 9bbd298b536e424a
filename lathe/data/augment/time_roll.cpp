/// time_roll: every row starts somewhere else; what leaves at one end comes in at the other. Labels a sample go along.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/randint.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/data/augment/settings.h"

namespace lathe {
namespace {

/// [N, …, T] with row n moved to the right by shift[n].
at::Tensor rolled(const at::Tensor& x, const at::Tensor& shift) {
  const int64_t samples = x.size(-1);
  const at::Tensor from = (at::arange(samples) - shift.unsqueeze(1)).remainder(samples);
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes.front() = x.size(0);
  sizes.back() = samples;
  return at::gather(x, -1, from.reshape(sizes).expand(x.sizes()));
}

}  // namespace

Augmentation prepare_time_roll(const Settings& settings) {
  const int64_t most = augment_detail::most(settings, "most_samples");
  return {[](const RowsLike& rows) {
            check(rows.sizes.size() == 2, "rolls recordings (expected rows [C, T], got [{}])",
                  fmt::join(rows.sizes, ", "));
          },
          [most](AugmentRows& rows) {
            const at::Tensor shift = at::randint(-most, most + 1, {rows.inputs.size(0)}, at::kLong);
            const bool labels =
                rows.classes == 0 && rows.targets.dim() == 2 && rows.targets.size(1) == rows.inputs.size(-1);
            rows.inputs = rolled(rows.inputs, shift);
            if (labels) rows.targets = rolled(rows.targets, shift);
          }};
}

}  // namespace lathe
