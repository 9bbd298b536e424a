/// min(max(alpha · x + beta, 0), 1): a sigmoid of straight lines.
#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class HardSigmoid final : public Elementwise {
 public:
  HardSigmoid(double alpha, double beta) : alpha_(alpha), beta_(beta) {}
  std::string_view kind() const override { return "hard_sigmoid"; }
  Attributes attributes() const override { return {{"alpha", alpha_}, {"beta", beta_}}; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return x[0].mul(alpha_).add(beta_).clamp(0, 1);
  }
  void write_onnx(OnnxWriter& to) const override {
    to.finish("HardSigmoid", to.inputs(), {{"alpha", static_cast<float>(alpha_)}, {"beta", static_cast<float>(beta_)}});
  }

 private:
  double alpha_, beta_;
};

/// PyTorch means 1/6 by the float32 number that it writes.
double exact_sixth(double alpha) {
  constexpr double kSixth = 1.0 / 6;
  return static_cast<float>(alpha) == static_cast<float>(kSixth) ? kSixth : alpha;
}

}  // namespace

Value hard_sigmoid(Value x, std::string name, double alpha, double beta) {
  return x.builder->add(std::move(name), std::make_shared<HardSigmoid>(alpha, beta), {x});
}

OpPtr make_hard_sigmoid(const Attributes& settings) {
  return std::make_shared<HardSigmoid>(settings.real("alpha"), settings.real("beta"));
}

std::vector<OpSample> samples_hard_sigmoid() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return hard_sigmoid(x[0], "op"); }},
          {"steep_2d", {{2, 3, 4}}, [](const auto& x) { return hard_sigmoid(x[0], "op", 0.6, 0.4); }}};
}

std::vector<OnnxRule> onnx_hard_sigmoid() {
  return {{"HardSigmoid", [](OnnxCall& call) {
             const double alpha = exact_sixth(call.real("alpha", 0.2));
             return std::vector{hard_sigmoid(call.value(), call.name(), alpha, call.real("beta", 0.5))};
           }}};
}

}  // namespace lathe
