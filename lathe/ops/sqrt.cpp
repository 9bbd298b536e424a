/// The square root.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_sqrt(const Attributes&) {
  return std::make_shared<Unary>("sqrt", "Sqrt", [](const Tensor& x) { return x.sqrt(); });
}

Value sqrt(Value x, std::string name) {
  return x.builder->add(std::move(name), make_sqrt({}), {x});
}

std::vector<OpSample> samples_sqrt() {
  return positive_samples<sqrt>();
}

std::vector<OnnxRule> onnx_sqrt() {
  return {{"Sqrt", read_unary<sqrt>}};
}

}  // namespace lathe
