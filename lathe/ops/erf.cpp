/// The error function: 2 / sqrt(pi) times the integral of exp(-t²) from 0 to x.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_erf(const Attributes&) {
  return std::make_shared<Unary>("erf", "Erf", [](const Tensor& x) { return x.erf(); });
}

Value erf(Value x, std::string name) {
  return x.builder->add(std::move(name), make_erf({}), {x});
}

std::vector<OpSample> samples_erf() {
  return unary_samples<erf>();
}

std::vector<OnnxRule> onnx_erf() {
  return {{"Erf", read_unary<erf>}};
}

}  // namespace lathe
