/// First operand minus the second.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"sub", "Sub", [](const Tensor& a, const Tensor& b) { return a.sub(b); }};

}  // namespace

Value sub(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_sub(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_sub() {
  return arithmetic_samples(sub, false);
}

std::vector<OnnxRule> onnx_sub() {
  return {{"Sub", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
