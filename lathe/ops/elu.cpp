/// x where positive, alpha · (exp(x) - 1) elsewhere.
#include <ATen/ops/elu.h>

#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Elu final : public Elementwise {
 public:
  explicit Elu(double alpha) : alpha_(alpha) {}
  std::string_view kind() const override { return "elu"; }
  Attributes attributes() const override { return {{"alpha", alpha_}}; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return at::elu(x[0], alpha_); }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  void write_onnx(OnnxWriter& to) const override {
    to.finish("Elu", to.inputs(), {{"alpha", static_cast<float>(alpha_)}});
  }

 private:
  double alpha_;
};

}  // namespace

Value elu(Value x, std::string name, double alpha) {
  return x.builder->add(std::move(name), std::make_shared<Elu>(alpha), {x});
}

OpPtr make_elu(const Attributes& settings) {
  return std::make_shared<Elu>(settings.real("alpha"));
}

std::vector<OpSample> samples_elu() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return elu(x[0], "op", 0.7); }}};
}

std::vector<OnnxRule> onnx_elu() {
  return {{"Elu", [](OnnxCall& call) { return std::vector{elu(call.value(), call.name(), call.real("alpha", 1))}; }}};
}

}  // namespace lathe
