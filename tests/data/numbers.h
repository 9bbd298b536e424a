/// Tensors from and against plain lists of numbers.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <vector>

namespace lathe::test {

inline at::Tensor numbers(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}
inline at::Tensor classes(const std::vector<int64_t>& values) {
  return at::tensor(values, at::kLong);
}

inline std::vector<double> listed(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

}  // namespace lathe::test
