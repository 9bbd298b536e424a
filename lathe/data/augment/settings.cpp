#include "lathe/data/augment/settings.h"

#include <ATen/ops/_sample_dirichlet.h>
#include <ATen/ops/full.h>

namespace lathe::augment_detail {

double chance(const Settings& settings, double fallback) {
  const double value = settings.real("chance", fallback);
  if (!(value > 0 && value <= 1))
    throw settings_error(settings.origin("chance"), fmt::format("'chance' is {} (expected above 0, at most 1)", value));
  return value;
}

double above_zero(const Settings& settings, const std::string& key, double fallback) {
  const double value = settings.real(key, fallback);
  if (!(value > 0 && value < 1e6))
    throw settings_error(settings.origin(key), fmt::format("'{}' is {} (expected above 0)", key, value));
  return value;
}

int64_t most(const Settings& settings, const std::string& key) {
  return settings.count(key, {}, 1);
}

at::Tensor beta(double alpha, int64_t rows) {
  return at::_sample_dirichlet(at::full({rows, 2}, alpha, at::kFloat)).select(-1, 0);
}

at::Tensor beside(const at::Tensor& values, const at::Tensor& like) {
  std::vector<int64_t> sizes(static_cast<size_t>(like.dim()), 1);
  sizes[0] = values.numel();
  return values.reshape(sizes);
}

}  // namespace lathe::augment_detail
