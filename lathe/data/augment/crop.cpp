/// crop: images are framed by zeros and cut back to their size somewhere within, every row elsewhere.
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/stack.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/data/augment/settings.h"

namespace lathe {

Augmentation prepare_crop(const Settings& settings) {
  const int64_t padding = augment_detail::most(settings, "padding");
  return {[padding](const RowsLike& rows) {
            check(rows.sizes.size() == 3 && !rows.features, "cuts images (expected rows [C, H, W], got {}[{}])",
                  rows.features ? "features " : "", fmt::join(rows.sizes, ", "));
            check(padding < rows.sizes[1] && padding < rows.sizes[2],
                  "'padding' is {} (expected less than the images' {} x {})", padding, rows.sizes[1], rows.sizes[2]);
          },
          [padding](AugmentRows& rows) {
            const int64_t height = rows.inputs.size(2), width = rows.inputs.size(3);
            const at::Tensor padded = at::constant_pad_nd(rows.inputs, {padding, padding, padding, padding});
            const at::Tensor corners = at::randint(0, 2 * padding + 1, {rows.inputs.size(0), 2}, at::kLong);
            const int64_t* corner = corners.const_data_ptr<int64_t>();
            std::vector<at::Tensor> cut;
            for (int64_t row = 0; row < padded.size(0); ++row, corner += 2)
              cut.push_back(padded[row].narrow(1, corner[0], height).narrow(2, corner[1], width));
            rows.inputs = at::stack(cut);
          }};
}

}  // namespace lathe
