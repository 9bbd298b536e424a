/// First operand to the power of the second.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"pow", "Pow", [](const Tensor& a, const Tensor& b) { return a.pow(b); }};

}  // namespace

Value pow(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_pow(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_pow() {
  return arithmetic_samples(pow, false, true);
}

std::vector<OnnxRule> onnx_pow() {
  return {{"Pow", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
