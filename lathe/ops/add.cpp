/// Sum: the end of a residual branch, a bias.
#include "lathe/ops/arithmetic.h"

namespace lathe {
namespace {

constexpr ArithmeticKind kKind{"add", "Add", [](const Tensor& a, const Tensor& b) { return a.add(b); }, true};

}  // namespace

Value add(const std::vector<Value>& x, std::string name) {
  return add_arithmetic(kKind, {x.begin(), x.end()}, std::move(name));
}
Value add(Operand a, Operand b, std::string name) {
  return add_arithmetic(kKind, {a, b}, std::move(name));
}

OpPtr make_add(const Attributes& settings) {
  return make_arithmetic(kKind, settings);
}

std::vector<OpSample> samples_add() {
  std::vector<OpSample> samples = arithmetic_samples(add, true);
  samples.push_back({"three_2d", {{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, [](const auto& x) { return add(x, "op"); }});
  return samples;
}

std::vector<OnnxRule> onnx_add() {
  return {{"Add", [](OnnxCall& call) { return read_arithmetic(kKind, call); }},
          {"Sum", [](OnnxCall& call) { return read_arithmetic(kKind, call); }}};
}

}  // namespace lathe
