/// 1 / (1 + exp(-x)).
#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Sigmoid final : public Elementwise {
 public:
  std::string_view kind() const override { return "sigmoid"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].sigmoid(); }
  void write_onnx(OnnxWriter& to) const override { to.finish("Sigmoid"); }
};

}  // namespace

Value sigmoid(Value x, std::string name) { return x.builder->add(std::move(name), std::make_shared<Sigmoid>(), {x}); }

OpPtr make_sigmoid(const Attributes&) { return std::make_shared<Sigmoid>(); }

std::vector<OpSample> samples_sigmoid() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return sigmoid(x[0], "op"); }},
          {"2d", {{2, 3, 4}}, [](const auto& x) { return sigmoid(x[0], "op"); }}};
}

std::vector<OnnxRule> onnx_sigmoid() {
  return {{"Sigmoid", [](OnnxCall& call) { return std::vector{sigmoid(call.value(), call.name())}; }}};
}

}  // namespace lathe
