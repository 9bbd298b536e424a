/// [N, C, T] or [N, C, H, W] -> [N, C · …]: a channel's samples lie side by side.
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Flatten final : public Op {
 public:
  std::string_view kind() const override { return "flatten"; }
  Shape shape(const Inputs& in) const override {
    check(in[0].rank() >= 2, "flatten: input {} has no channels", in[0]);
    return {in[0][0], in[0].count() / in[0][0]};
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].flatten(1); }
  Ties ties(const Inputs& in) const override {
    const int64_t samples = in[0].count() / (in[0][0] * in[0][1]);
    return {{in[0][1], {input_channels(), output_channels().repeated(samples)}}};
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override { to.finish("Flatten", to.inputs(), {{"axis", int64_t{1}}}); }
};

}  // namespace

Value flatten(Value x, std::string name) { return x.builder->add(std::move(name), std::make_shared<Flatten>(), {x}); }

OpPtr make_flatten(const Attributes&) { return std::make_shared<Flatten>(); }

std::vector<OpSample> samples_flatten() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return flatten(x[0], "op"); }},
          {"2d", {{2, 3, 4}}, [](const auto& x) { return flatten(x[0], "op"); }}};
}

std::vector<OnnxRule> onnx_flatten() {
  return {{"Flatten", [](OnnxCall& call) {
             const auto rank = static_cast<int64_t>(call.value().shape().rank());
             const int64_t axis = call.integer("axis", 1);
             call.require(axis == 1 || axis + rank == 1, "axis {} (expected 1: the batch stays)", axis);
             return std::vector{flatten(call.value(), call.name())};
           }}};
}

}  // namespace lathe
