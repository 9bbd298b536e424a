/// 1 / x.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_reciprocal(const Attributes&) {
  return std::make_shared<Unary>("reciprocal", "Reciprocal", [](const Tensor& x) { return x.reciprocal(); });
}

Value reciprocal(Value x, std::string name) {
  return x.builder->add(std::move(name), make_reciprocal({}), {x});
}

std::vector<OpSample> samples_reciprocal() {
  return positive_samples<reciprocal>();
}

std::vector<OnnxRule> onnx_reciprocal() {
  return {{"Reciprocal", read_unary<reciprocal>}};
}

}  // namespace lathe
