/// A kernel bank with random numbers and room for everything that a call writes.
#pragma once

#include <cmath>
#include <vector>

#include "lathe/base/rng.h"
#include "lathe/kernels/kernel_bank.h"

namespace lathe {

struct Problem {
  static constexpr int64_t samples = 1920;

  Problem(int64_t windows, int64_t count, const std::vector<int64_t>& lengths)
      : x(static_cast<size_t>(windows * samples)), z(x.size()) {
    Rng rng(1);
    for (float& value : x) value = static_cast<float>(rng.normal());
    input = {x.data(), windows, samples};
    for (int64_t length : lengths) {
      std::vector<float> values(static_cast<size_t>(count * (length + 2)));
      const double scale = 1 / std::sqrt(static_cast<double>(length));
      for (float& value : values) value = static_cast<float>(rng.uniform(-scale, scale));
      parameters.push_back(values);
      gradients.push_back(std::move(values));
    }
    for (size_t g = 0; g < parameters.size(); ++g) {
      const int64_t length = lengths[g];
      float* p = parameters[g].data();
      float* d = gradients[g].data();
      banks.push_back({p, p + count * length, p + count * (length + 1), count, length, (length - 1) / 2, length / 2});
      to.push_back({d, d + count * length, d + count * (length + 1)});
    }
  }
  std::vector<float> x, z;
  KernelBankInput input;
  std::vector<std::vector<float>> parameters, gradients;
  std::vector<KernelBankView> banks;
  std::vector<KernelBankGradient> to;
};

}  // namespace lathe
