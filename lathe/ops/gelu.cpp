/// x · Φ(x), Φ being the normal distribution's; `approximate` is "none" or "tanh".
/// Source: https://arxiv.org/abs/1606.08415
#include <ATen/ops/gelu.h>

#include <cmath>

#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Gelu final : public Elementwise {
 public:
  explicit Gelu(std::string approximate) : approximate_(std::move(approximate)) {
    check(approximate_ == "none" || approximate_ == "tanh", "gelu: unknown approximation '{}'; known: none, tanh",
          approximate_);
  }
  std::string_view kind() const override { return "gelu"; }
  Attributes attributes() const override { return {{"approximate", approximate_}}; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return at::gelu(x[0], approximate_); }
  /// ONNX has Gelu from opset 20 only.
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  void write_onnx(OnnxWriter& to) const override {
    const std::string& x = to.input();
    const std::string inner = approximate_ == "none" ? write_erf(to) : write_tanh(to);
    const std::string above = to.step("above", "Add", {inner, to.scalar("one", 1)});
    to.finish("Mul", {to.step("scaled", "Mul", {x, above}), to.scalar("half", 0.5)});
  }

 private:
  std::string approximate_;

  static std::string write_erf(OnnxWriter& to) {
    const std::string narrow = to.step("narrow", "Div", {to.input(), to.scalar("root_of_two", std::sqrt(2.0))});
    return to.step("erf", "Erf", {narrow});
  }
  static std::string write_tanh(OnnxWriter& to) {
    const std::string& x = to.input();
    const std::string cube = to.step("cube", "Mul", {to.step("square", "Mul", {x, x}), x});
    const std::string small = to.step("small", "Mul", {cube, to.scalar("factor", 0.044715)});
    const std::string sum = to.step("sum", "Add", {x, small});
    const std::string wide = to.step("wide", "Mul", {sum, to.scalar("root", std::sqrt(2 / std::acos(-1.0)))});
    return to.step("tanh", "Tanh", {wide});
  }
};

}  // namespace

Value gelu(Value x, std::string name, std::string approximate) {
  return x.builder->add(std::move(name), std::make_shared<Gelu>(std::move(approximate)), {x});
}

OpPtr make_gelu(const Attributes& settings) {
  return std::make_shared<Gelu>(settings.word("approximate"));
}

std::vector<OpSample> samples_gelu() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return gelu(x[0], "op"); }},
          {"tanh_2d", {{2, 3, 4}}, [](const auto& x) { return gelu(x[0], "op", "tanh"); }}};
}

std::vector<OnnxRule> onnx_gelu() {
  return {{"Gelu", [](OnnxCall& call) {
             return std::vector{gelu(call.value(), call.name(), call.word("approximate", "none"))};
           }}};
}

}  // namespace lathe
