/// The natural logarithm.
#include "lathe/ops/unary.h"

namespace lathe {

OpPtr make_log(const Attributes&) {
  return std::make_shared<Unary>("log", "Log", [](const Tensor& x) { return x.log(); });
}

Value log(Value x, std::string name) {
  return x.builder->add(std::move(name), make_log({}), {x});
}

std::vector<OpSample> samples_log() {
  return positive_samples<log>();
}

std::vector<OnnxRule> onnx_log() {
  return {{"Log", read_unary<log>}};
}

}  // namespace lathe
