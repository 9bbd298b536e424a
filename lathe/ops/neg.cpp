/// -x.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_neg(const Attributes&) {
  return std::make_shared<Unary>("neg", "Neg", [](const Tensor& x) { return x.neg(); });
}

Value neg(Value x, std::string name) {
  return x.builder->add(std::move(name), make_neg({}), {x});
}

std::vector<OpSample> samples_neg() {
  return unary_samples<neg>();
}

std::vector<OnnxRule> onnx_neg() {
  return {{"Neg", read_unary<neg>}};
}

}  // namespace lathe
