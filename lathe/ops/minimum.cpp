/// The smallest of the operands, value by value.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"minimum", "Min", [](const Tensor& a, const Tensor& b) { return a.minimum(b); }, true};

}  // namespace

Value minimum(const std::vector<Value>& x, std::string name) {
  return add_arithmetic(kKind, {x.begin(), x.end()}, std::move(name));
}
Value minimum(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_minimum(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_minimum() {
  return arithmetic_samples(minimum, true);
}

std::vector<OnnxRule> onnx_minimum() {
  return {{"Min", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
