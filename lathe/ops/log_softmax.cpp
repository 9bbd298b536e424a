/// The logarithm of softmax along one axis.
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "lathe/ops/share_along_axis.h"

namespace lathe {
namespace {

class LogSoftmax final : public ShareAlongAxis {
 public:
  using ShareAlongAxis::ShareAlongAxis;
  std::string_view kind() const override { return "log_softmax"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].log_softmax(axis()); }
  void write_onnx(OnnxWriter& to) const override { to.finish("LogSoftmax", to.inputs(), {{"axis", axis()}}); }
};

}  // namespace

Value log_softmax(Value x, std::string name, int64_t axis) {
  return x.builder->add(std::move(name),
                        std::make_shared<LogSoftmax>(axis_from_front(axis, x.shape().rank(), "log_softmax")), {x});
}

OpPtr make_log_softmax(const Attributes& settings) {
  return std::make_shared<LogSoftmax>(axis_setting(settings));
}

std::vector<OpSample> samples_log_softmax() {
  return {{"features", {{4}}, [](const auto& x) { return log_softmax(x[0], "op"); }},
          {"1d", {{4, 3}}, [](const auto& x) { return log_softmax(x[0], "op"); }},
          {"over_time", {{4, 3}}, [](const auto& x) { return log_softmax(x[0], "op", -1); }}};
}

std::vector<OnnxRule> onnx_log_softmax() {
  return {{"LogSoftmax", [](OnnxCall& call) {
             return std::vector{log_softmax(call.value(), call.name(), share_axis_from_onnx(call))};
           }}};
}

}  // namespace lathe
