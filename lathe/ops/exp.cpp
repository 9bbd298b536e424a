/// e to the power of x.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_exp(const Attributes&) {
  return std::make_shared<Unary>("exp", "Exp", [](const Tensor& x) { return x.exp(); });
}

Value exp(Value x, std::string name) {
  return x.builder->add(std::move(name), make_exp({}), {x});
}

std::vector<OpSample> samples_exp() {
  return unary_samples<exp>();
}

std::vector<OnnxRule> onnx_exp() {
  return {{"Exp", read_unary<exp>}};
}

}  // namespace lathe
