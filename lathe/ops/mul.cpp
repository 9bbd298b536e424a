/// Product: gates, scales a channel.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"mul", "Mul", [](const Tensor& a, const Tensor& b) { return a.mul(b); }, true};

}  // namespace

Value mul(const std::vector<Value>& x, std::string name) {
  return add_arithmetic(kKind, {x.begin(), x.end()}, std::move(name));
}
Value mul(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_mul(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_mul() {
  return arithmetic_samples(mul, true);
}

std::vector<OnnxRule> onnx_mul() {
  return {{"Mul", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
