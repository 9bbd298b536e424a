/// max(x, 0).
#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Relu final : public Elementwise {
 public:
  std::string_view kind() const override { return "relu"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].relu(); }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  void write_onnx(OnnxWriter& to) const override { to.finish("Relu"); }
};

}  // namespace

Value relu(Value x, std::string name) { return x.builder->add(std::move(name), std::make_shared<Relu>(), {x}); }

OpPtr make_relu(const Attributes&) { return std::make_shared<Relu>(); }

std::vector<OpSample> samples_relu() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return relu(x[0], "op"); }},
          {"2d", {{2, 3, 4}}, [](const auto& x) { return relu(x[0], "op"); }}};
}

std::vector<OnnxRule> onnx_relu() {
  return {{"Relu", [](OnnxCall& call) { return std::vector{relu(call.value(), call.name())}; }}};
}

}  // namespace lathe
