/// |x|.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_abs(const Attributes&) {
  return std::make_shared<Unary>("abs", "Abs", [](const Tensor& x) { return x.abs(); });
}

Value abs(Value x, std::string name) {
  return x.builder->add(std::move(name), make_abs({}), {x});
}

std::vector<OpSample> samples_abs() {
  return unary_samples<abs>();
}

std::vector<OnnxRule> onnx_abs() {
  return {{"Abs", read_unary<abs>}};
}

}  // namespace lathe
