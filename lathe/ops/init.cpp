#include "lathe/ops/init.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/uniform.h>

#include <cmath>

namespace lathe {

// The order of the operations is torch.nn.init's: another order would differ in the last bit.
at::Tensor default_weight(at::IntArrayRef sizes) {
  int64_t fan_in = 1;
  for (size_t axis = 1; axis < sizes.size(); ++axis) fan_in *= sizes[axis];
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + slope * slope));
  const double deviation = gain / std::sqrt(static_cast<double>(fan_in));
  const double bound = std::sqrt(3.0) * deviation;
  return at::empty(sizes, at::kFloat).uniform_(-bound, bound);
}

at::Tensor default_bias(const at::Tensor& weight) { return default_bias(weight, weight.size(0)); }

at::Tensor default_bias(const at::Tensor& weight, int64_t count) {
  const double bound = 1 / std::sqrt(static_cast<double>(weight.numel() / weight.size(0)));
  return at::empty({count}, at::kFloat).uniform_(-bound, bound);
}

}  // namespace lathe
