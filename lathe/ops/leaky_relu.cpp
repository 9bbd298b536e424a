/// x where positive, slope · x elsewhere.
#include <ATen/ops/leaky_relu.h>

#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class LeakyRelu final : public Elementwise {
 public:
  explicit LeakyRelu(double slope) : slope_(slope) {}
  std::string_view kind() const override { return "leaky_relu"; }
  Attributes attributes() const override { return {{"slope", slope_}}; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return at::leaky_relu(x[0], slope_); }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  void write_onnx(OnnxWriter& to) const override {
    to.finish("LeakyRelu", to.inputs(), {{"alpha", static_cast<float>(slope_)}});
  }

 private:
  double slope_;
};

}  // namespace

Value leaky_relu(Value x, std::string name, double slope) {
  return x.builder->add(std::move(name), std::make_shared<LeakyRelu>(slope), {x});
}

OpPtr make_leaky_relu(const Attributes& settings) { return std::make_shared<LeakyRelu>(settings.real("slope")); }

std::vector<OpSample> samples_leaky_relu() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return leaky_relu(x[0], "op", 0.2); }}};
}

std::vector<OnnxRule> onnx_leaky_relu() {
  return {{"LeakyRelu", [](OnnxCall& call) {
             return std::vector{leaky_relu(call.value(), call.name(), call.real("alpha", 0.01))};
           }}};
}

}  // namespace lathe
