/// Tensors from and against plain lists of numbers.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lathe::test {

inline at::Tensor signal(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}

inline void expect_numbers(const at::Tensor& got, const std::vector<double>& expected, double tolerance) {
  const at::Tensor flat = got.detach().to(at::kDouble).contiguous();
  ASSERT_EQ(flat.numel(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(flat.const_data_ptr<double>()[i], expected[i], tolerance) << "at " << i;
}

/// sin(0.9 t) + 0.1 t² for t = 0 … samples − 1: neither periodic nor a polynomial.
inline at::Tensor bent_sine(int64_t samples) {
  std::vector<double> values;
  for (int64_t t = 0; t < samples; ++t)
    values.push_back(std::sin(0.9 * static_cast<double>(t)) + 0.1 * static_cast<double>(t * t));
  return signal(values);
}

}  // namespace lathe::test
