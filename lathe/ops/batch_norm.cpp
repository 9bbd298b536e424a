/// Batch normalisation over batch and space, one scale and shift a channel.
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class BatchNorm final : public Op {
 public:
  BatchNorm(double epsilon, double momentum) : epsilon_(epsilon), momentum_(momentum) {}
  std::string_view kind() const override { return "batch_norm"; }
  Attributes attributes() const override { return {{"epsilon", epsilon_}, {"momentum", momentum_}}; }
  Shape shape(const Inputs& in) const override {
    const Tensor& mean = in.params["running_mean"];
    check(mean.defined() && mean.dim() == 1 && in.params.has("running_var"),
          "batch_norm: has no running_mean and running_var of [channels]");
    const int64_t channels = mean.size(0);
    for (const char* name : {"weight", "bias", "running_var"})
      check(!in.params.has(name) || in.params[name].sizes() == mean.sizes(), "batch_norm: {} {} (expected [{}])", name,
            Shape(in.params[name].sizes().vec()), channels);
    check(in[0].rank() >= 2 && in[0][1] == channels, "batch_norm: input {} (expected {} channels)", in[0], channels);
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode mode) const override {
    if (mode.training && params.has("num_batches_tracked")) Tensor(params["num_batches_tracked"]).add_(1);
    return at::batch_norm(x[0], params["weight"], params["bias"], params["running_mean"], params["running_var"],
                          mode.training, momentum_, epsilon_, /*cudnn_enabled=*/true);
  }
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1],
            {input_channels(), output_channels(), param_axis("running_mean", 0), param_axis("running_var", 0)}};
    for (const char* name : {"weight", "bias"})
      if (in.params.has(name)) tie.axes.push_back(param_axis(name, 0));
    return {tie};
  }
  int64_t elementwise_work(const Inputs& in, const Shape& output) const override {
    return output.count() * (in.params.has("weight") ? 2 : 1);
  }
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override {
    const Tensor& mean = to.in().params["running_mean"];
    const bool affine = to.in().params.has("weight");
    const std::string weight = affine ? to.param("weight") : to.constant("ones", at::ones_like(mean));
    const std::string bias = affine ? to.param("bias") : to.constant("zeros", at::zeros_like(mean));
    to.finish("BatchNormalization", {to.input(), weight, bias, to.param("running_mean"), to.param("running_var")},
              {{"epsilon", static_cast<float>(epsilon_)}, {"momentum", static_cast<float>(1 - momentum_)}});
  }

 private:
  double epsilon_, momentum_;
};

/// 1 - 0.9 is 0.09999999999999998: the 0.1 that was meant.
double nearest(double value) {
  return std::round(value * 1e9) / 1e9;
}

}  // namespace

Value batch_norm(Value x, std::string name, const BatchNormOptions& options) {
  const int64_t channels = x.shape()[1];
  Params params;
  if (options.affine) {
    params.add({"weight", at::ones({channels})});
    params.add({"bias", at::zeros({channels})});
  }
  params.add({"running_mean", at::zeros({channels}), true});
  params.add({"running_var", at::ones({channels}), true});
  params.add({"num_batches_tracked", at::zeros({}, at::kLong), true});
  return x.builder->add(std::move(name), std::make_shared<BatchNorm>(options.epsilon, options.momentum), {x},
                        std::move(params));
}

OpPtr make_batch_norm(const Attributes& settings) {
  return std::make_shared<BatchNorm>(settings.real("epsilon"), settings.real("momentum"));
}

std::vector<OpSample> samples_batch_norm() {
  return {{"1d", {{4, 6}}, [](const auto& x) { return batch_norm(x[0], "op"); }},
          {"2d_not_affine", {{3, 4, 5}}, [](const auto& x) { return batch_norm(x[0], "op", {.affine = false}); }},
          {"features", {{5}}, [](const auto& x) { return batch_norm(x[0], "op"); }}};
}

std::vector<OnnxRule> onnx_batch_norm() {
  return {{"BatchNormalization", [](OnnxCall& call) {
             call.require(call.integer("training_mode", 0) == 0,
                          "training_mode (expected a model exported for inference)");
             call.require(call.integer("spatial", 1) == 1, "spatial (expected statistics a channel)");
             for (size_t i = 1; call.opset() < 14 && i < call.node().outputs.size(); ++i)
               call.require(call.node().outputs[i].empty(),
                            "gives batch statistics out (expected a model exported for inference)");
             Params params{call.param(1, "weight"), call.param(2, "bias"), call.param(3, "running_mean"),
                           call.param(4, "running_var")};
             for (const char* name : {"running_mean", "running_var"}) params.find(name)->buffer = true;
             params.add({"num_batches_tracked", at::zeros({}, at::kLong), true});
             const auto op =
                 std::make_shared<BatchNorm>(call.real("epsilon", 1e-5), nearest(1 - call.real("momentum", 0.9)));
             return std::vector{call.add(op, {call.value()}, std::move(params))};
           }}};
}

}  // namespace lathe
