/// axis_swap: the three axes of a sensor change places, every row's in one of six orders, so that nothing is learnt of
/// how it was worn. Several sensors beside one another are swapped alike. Source: ssl-wearables.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include "lathe/data/augment/settings.h"
#include "lathe/data/augment/three_axes.h"

namespace lathe {

Augmentation prepare_axis_swap(const Settings& settings) {
  const double chance = augment_detail::chance(settings, 1);
  return {augment_detail::needs_three_axes, [chance](AugmentRows& rows) {
            static constexpr int64_t kOrders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
            const int64_t count = rows.inputs.size(0), channels = rows.inputs.size(1);
            const at::Tensor drawn = at::randint(0, 6, {count}, at::kLong);
            const at::Tensor chosen = at::rand({count});
            const at::Tensor from = at::empty({count, channels}, at::kLong);
            int64_t* to = from.mutable_data_ptr<int64_t>();
            for (int64_t row = 0; row < count; ++row) {
              const bool swapped = chosen.const_data_ptr<float>()[row] < chance;
              const int64_t* order = kOrders[swapped ? drawn.const_data_ptr<int64_t>()[row] : 0];
              for (int64_t channel = 0; channel < channels; ++channel)
                *to++ = row * channels + channel / 3 * 3 + order[channel % 3];
            }
            rows.inputs = rows.inputs.flatten(0, 1).index_select(0, from.flatten()).view_as(rows.inputs);
          }};
}

}  // namespace lathe
