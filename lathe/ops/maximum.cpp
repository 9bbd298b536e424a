/// The largest of the operands, value by value.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"maximum", "Max", [](const Tensor& a, const Tensor& b) { return a.maximum(b); }, true};

}  // namespace

Value maximum(const std::vector<Value>& x, std::string name) {
  return add_arithmetic(kKind, {x.begin(), x.end()}, std::move(name));
}
Value maximum(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_maximum(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_maximum() {
  std::vector<OpSample> samples = arithmetic_samples(maximum, true);
  samples.push_back({"three", {{3, 2}, {3, 2}, {3, 2}}, [](const auto& x) { return maximum(x, "op"); }});
  return samples;
}

std::vector<OnnxRule> onnx_maximum() {
  return {{"Max", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
