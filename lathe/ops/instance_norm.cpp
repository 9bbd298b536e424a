/// Normalisation over space, each channel of each row alone, with one scale and shift a channel. Keeps no running
/// statistics.
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class InstanceNorm final : public Op {
 public:
  explicit InstanceNorm(double epsilon) : epsilon_(epsilon) {}
  std::string_view kind() const override { return "instance_norm"; }
  Attributes attributes() const override { return {{"epsilon", epsilon_}}; }
  Shape shape(const Inputs& in) const override {
    check(in[0].spatial() > 0, "instance_norm: input {} has no spatial axis", in[0]);
    for (const char* name : {"weight", "bias"})
      check(!in.params.has(name) || in.params[name].sizes() == at::IntArrayRef{in[0][1]},
            "instance_norm: {} {} (expected [{}])", name, Shape(in.params[name].sizes().vec()), in[0][1]);
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    return at::instance_norm(x[0], params["weight"], params["bias"], {}, {}, /*use_input_stats=*/true, /*momentum=*/0,
                             epsilon_, /*cudnn_enabled=*/true);
  }
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1], {input_channels(), output_channels()}};
    for (const char* name : {"weight", "bias"})
      if (in.params.has(name)) tie.axes.push_back(param_axis(name, 0));
    return {tie};
  }
  int64_t elementwise_work(const Inputs& in, const Shape& output) const override {
    return output.count() * (in.params.has("weight") ? 2 : 1);
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  void write_onnx(OnnxWriter& to) const override {
    const Params& params = to.in().params;
    const int64_t channels = to.in()[0][1];
    const std::string weight = params.has("weight") ? to.param("weight") : to.constant("ones", at::ones({channels}));
    const std::string bias = params.has("bias") ? to.param("bias") : to.constant("zeros", at::zeros({channels}));
    to.finish("InstanceNormalization", {to.input(), weight, bias}, {{"epsilon", static_cast<float>(epsilon_)}});
  }

 private:
  double epsilon_;
};

}  // namespace

Value instance_norm(Value x, std::string name, const InstanceNormOptions& options) {
  const int64_t channels = x.shape()[1];
  Params params;
  if (options.affine) params = {{"weight", at::ones({channels})}, {"bias", at::zeros({channels})}};
  return x.builder->add(std::move(name), std::make_shared<InstanceNorm>(options.epsilon), {x}, std::move(params));
}

OpPtr make_instance_norm(const Attributes& settings) {
  return std::make_shared<InstanceNorm>(settings.real("epsilon"));
}

std::vector<OpSample> samples_instance_norm() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return instance_norm(x[0], "op"); }},
          {"affine_2d", {{3, 2, 4}}, [](const auto& x) { return instance_norm(x[0], "op", {.affine = true}); }}};
}

std::vector<OnnxRule> onnx_instance_norm() {
  return {{"InstanceNormalization", [](OnnxCall& call) {
             const auto op = std::make_shared<InstanceNorm>(call.real("epsilon", 1e-5));
             return std::vector{call.add(op, {call.value()}, Params{call.param(1, "weight"), call.param(2, "bias")})};
           }}};
}

}  // namespace lathe
