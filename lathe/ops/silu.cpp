/// x · sigmoid(x), also called swish.
#include <ATen/ops/silu.h>

#include "lathe/ops/unary.h"

namespace lathe {
namespace {

class Silu final : public Elementwise {
 public:
  std::string_view kind() const override { return "silu"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return at::silu(x[0]); }
  void write_onnx(OnnxWriter& to) const override {
    to.finish("Mul", {to.input(), to.step("gate", "Sigmoid", {to.input()})});
  }
};

}  // namespace

OpPtr make_silu(const Attributes&) {
  return std::make_shared<Silu>();
}

Value silu(Value x, std::string name) {
  return x.builder->add(std::move(name), make_silu({}), {x});
}

std::vector<OpSample> samples_silu() {
  return unary_samples<silu>();
}

/// Swish is ONNX's from opset 24 on; older files scatter it over Sigmoid and Mul.
std::vector<OnnxRule> onnx_silu() {
  return {{"Swish", [](OnnxCall& call) {
             const double alpha = call.real("alpha", 1);
             call.require(alpha == 1, "alpha {} (expected 1)", alpha);
             return std::vector{silu(call.value(), call.name())};
           }}};
}

}  // namespace lathe
