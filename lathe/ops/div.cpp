/// First operand over the second.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"div", "Div", [](const Tensor& a, const Tensor& b) { return a.div(b); }};

}  // namespace

Value div(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_div(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_div() {
  return arithmetic_samples(div, false, true);
}

std::vector<OnnxRule> onnx_div() {
  return {{"Div", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
