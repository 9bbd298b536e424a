/// Probabilities over the channels (axis 1). Mixes them: removing one changes the rest.
#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Softmax final : public Elementwise {
 public:
  std::string_view kind() const override { return "softmax"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].softmax(1); }
  Ties ties(const Inputs& in) const override {
    Ties ties = Elementwise::ties(in);
    for (Tie& tie : ties) tie.exact = false;
    return ties;
  }
  void write_onnx(OnnxWriter& to) const override { to.finish("Softmax", to.inputs(), {{"axis", int64_t{1}}}); }
};

}  // namespace

Value softmax(Value x, std::string name) { return x.builder->add(std::move(name), std::make_shared<Softmax>(), {x}); }

OpPtr make_softmax(const Attributes&) { return std::make_shared<Softmax>(); }

std::vector<OpSample> samples_softmax() {
  return {{"features", {{4}}, [](const auto& x) { return softmax(x[0], "op"); }},
          {"1d", {{4, 3}}, [](const auto& x) { return softmax(x[0], "op"); }}};
}

std::vector<OnnxRule> onnx_softmax() {
  return {{"Softmax", [](OnnxCall& call) {
             const auto rank = static_cast<int64_t>(call.value().shape().rank());
             const int64_t axis = call.integer("axis", call.opset() < 13 ? 1 : -1);
             call.require(axis == 1 || axis + rank == 1, "axis {} (expected 1, the channels)", axis);
             call.require(call.opset() >= 13 || rank == 2, "before opset 13 it joins all axes from 1 (expected [N, C])");
             return std::vector{softmax(call.value(), call.name())};
           }}};
}

}  // namespace lathe
