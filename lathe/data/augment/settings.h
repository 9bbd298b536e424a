/// Settings that several augmentations read, and draws that several make; not for use outside this folder.
#pragma once

#include <ATen/core/Tensor.h>

#include "lathe/base/settings.h"

namespace lathe::augment_detail {

/// How often rows are changed: above 0, at most 1.
double chance(const Settings& settings, double fallback);
/// A number above 0.
double above_zero(const Settings& settings, const std::string& key, double fallback);
/// A whole number from 1; required. Below that nothing would be changed.
int64_t most(const Settings& settings, const std::string& key);

/// [rows] draws from Beta(alpha, alpha), as torch.distributions.Beta makes them.
at::Tensor beta(double alpha, int64_t rows);
/// Values of one a row, [N], shaped to multiply `like` [N, …].
at::Tensor beside(const at::Tensor& values, const at::Tensor& like);

}  // namespace lathe::augment_detail
