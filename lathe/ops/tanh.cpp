/// The hyperbolic tangent.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_tanh(const Attributes&) {
  return std::make_shared<Unary>("tanh", "Tanh", [](const Tensor& x) { return x.tanh(); });
}

Value tanh(Value x, std::string name) {
  return x.builder->add(std::move(name), make_tanh({}), {x});
}

std::vector<OpSample> samples_tanh() {
  return unary_samples<tanh>();
}

std::vector<OnnxRule> onnx_tanh() {
  return {{"Tanh", read_unary<tanh>}};
}

}  // namespace lathe
