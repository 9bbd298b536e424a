/// Probabilities along one axis, the channels (1) unless said otherwise. Over the channels it mixes them: removing one
/// changes the rest.
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "lathe/ops/share_along_axis.h"

namespace lathe {
namespace {

class Softmax final : public ShareAlongAxis {
 public:
  using ShareAlongAxis::ShareAlongAxis;
  std::string_view kind() const override { return "softmax"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].softmax(axis()); }
  void write_onnx(OnnxWriter& to) const override { to.finish("Softmax", to.inputs(), {{"axis", axis()}}); }
};

}  // namespace

Value softmax(Value x, std::string name, int64_t axis) {
  return x.builder->add(std::move(name), std::make_shared<Softmax>(axis_from_front(axis, x.shape().rank(), "softmax")),
                        {x});
}

OpPtr make_softmax(const Attributes& settings) {
  return std::make_shared<Softmax>(axis_setting(settings));
}

std::vector<OpSample> samples_softmax() {
  return {{"features", {{4}}, [](const auto& x) { return softmax(x[0], "op"); }},
          {"1d", {{4, 3}}, [](const auto& x) { return softmax(x[0], "op"); }},
          {"over_time", {{4, 3}}, [](const auto& x) { return softmax(x[0], "op", -1); }}};
}

std::vector<OnnxRule> onnx_softmax() {
  return {{"Softmax",
           [](OnnxCall& call) { return std::vector{softmax(call.value(), call.name(), share_axis_from_onnx(call))}; }}};
}

}  // namespace lathe
