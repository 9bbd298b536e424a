/// log(1 + exp(x)), a smooth ReLU.
#include <ATen/ops/softplus.h>

#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_softplus(const Attributes&) {
  return std::make_shared<Unary>("softplus", "Softplus", [](const Tensor& x) { return at::softplus(x); });
}

Value softplus(Value x, std::string name) {
  return x.builder->add(std::move(name), make_softplus({}), {x});
}

std::vector<OpSample> samples_softplus() {
  return unary_samples<softplus>();
}

std::vector<OnnxRule> onnx_softplus() {
  return {{"Softplus", read_unary<softplus>}};
}

}  // namespace lathe
