/// frequency_mask and time_mask: whole bands or moments become 0, every row's elsewhere.
/// Source: SpecAugment (arXiv:1904.08779); widths and places are drawn as torchaudio draws them.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/rand.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/data/augment/settings.h"

namespace lathe {
namespace {

/// One stretch of up to `most` - 1 along the axis (widths below `most`, as a fraction is cut off), for every row.
at::Tensor masked(const at::Tensor& x, int64_t axis, int64_t most) {
  const int64_t rows = x.size(0), size = x.size(axis);
  const at::Tensor width = at::rand({rows, 1}) * static_cast<double>(most);
  const at::Tensor first = (at::rand({rows, 1}) * (static_cast<double>(size) - width)).to(at::kLong);
  const at::Tensor place = at::arange(size).unsqueeze(0);
  const at::Tensor inside = place.ge(first).logical_and(place.lt(first + width.to(at::kLong)));
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes.front() = rows;
  sizes[static_cast<size_t>(axis < 0 ? x.dim() + axis : axis)] = size;
  return x.masked_fill(inside.reshape(sizes), 0);
}

Augmentation mask(const Settings& settings, int64_t axis) {
  const int64_t most = augment_detail::most(settings, "most"), count = settings.count("count", 1, 1);
  if (most < 2) throw settings_error(settings.origin("most"), "'most' is 1 (expected 2 or more: widths stay below it)");
  return {[most, axis](const RowsLike& rows) {
            check(axis == -1 || rows.sizes.size() == 3,
                  "masks bands (expected rows [C, bands, frames], got [{}]); give [features]",
                  fmt::join(rows.sizes, ", "));
            const int64_t size = axis == -1 ? rows.sizes.back() : rows.sizes[1];
            check(most <= size, "'most' is {} (expected at most the {} that there are)", most, size);
          },
          [most, count, axis](AugmentRows& rows) {
            for (int64_t i = 0; i < count; ++i) rows.inputs = masked(rows.inputs, axis, most);
          }};
}

}  // namespace

Augmentation prepare_frequency_mask(const Settings& settings) {
  return mask(settings, 2);
}
Augmentation prepare_time_mask(const Settings& settings) {
  return mask(settings, -1);
}

}  // namespace lathe
