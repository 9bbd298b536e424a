/// Fully connected layer on the last axis: [N, F] -> [N, O], or [N, ..., F] -> [N, ..., O], where axis 1 passes
/// through.
#include <ATen/ops/linear.h>

#include "lathe/ops/init.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Linear final : public Op {
 public:
  std::string_view kind() const override { return "linear"; }
  Shape shape(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    const Tensor& bias = in.params["bias"];
    check(weight.defined() && weight.dim() == 2 && weight.numel() > 0, "linear: has no weight of [out, in]");
    check(!bias.defined() || bias.sizes() == weight.sizes().slice(0, 1), "linear: bias {} (expected [{}])",
          Shape(bias.sizes().vec()), weight.size(0));
    check(in[0].rank() >= 2, "linear: input {} (expected [N, F] or [N, ..., F])", in[0]);
    const size_t last = in[0].rank() - 1;
    check(in[0][last] == weight.size(1), "linear: {} input features do not fit a weight of {}{}", in[0][last],
          Shape(weight.sizes().vec()), last == 1 ? "" : "; flatten or pool before it, or move the features last");
    return in[0].with(last, weight.size(0));
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    return at::linear(x[0], params["weight"], params["bias"]);
  }
  Ties ties(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    if (in[0].rank() > 2) return {{in[0][1], {input_channels(), output_channels()}}};
    Tie out{weight.size(0), {output_channels(), param_axis("weight", 0)}};
    if (in.params.has("bias")) out.axes.push_back(param_axis("bias", 0));
    return {out, {weight.size(1), {input_channels(), param_axis("weight", 1)}}};
  }
  int64_t macs(const Inputs& in, const Shape& output) const override {
    return output.count() * in.params["weight"].size(1);
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  void write_onnx(OnnxWriter& to) const override {
    if (to.in()[0].rank() > 2) return write_matmul(to);
    to.finish("Gemm", {to.input(), to.param("weight"), to.param("bias")}, {{"transB", int64_t{1}}});
  }

 private:
  static void write_matmul(OnnxWriter& to) {
    const std::string weight = to.constant("weight", to.in().params["weight"].t());
    if (!to.in().params.has("bias")) return to.finish("MatMul", {to.input(), weight});
    const std::string product = to.step("product", "MatMul", {to.input(), weight});
    to.finish("Add", {product, to.param("bias")});
  }
};

}  // namespace

Value linear(Value x, std::string name, const LinearOptions& options) {
  check(x.shape().rank() >= 2, "linear '{}': input {} (expected [N, F] or [N, ..., F])", name, x.shape());
  Params params{{"weight", default_weight({options.out, x.shape().sizes().back()})}};
  if (options.bias) params.add({"bias", default_bias(params["weight"])});
  return x.builder->add(std::move(name), std::make_shared<Linear>(), {x}, std::move(params));
}

OpPtr make_linear(const Attributes&) {
  return std::make_shared<Linear>();
}

std::vector<OpSample> samples_linear() {
  return {
      {"plain", {{7}}, [](const auto& x) { return linear(x[0], "op", {.out = 4}); }},
      {"no_bias", {{5}}, [](const auto& x) { return linear(x[0], "op", {.out = 3, .bias = false}); }},
      {"last_axis", {{3, 5}}, [](const auto& x) { return linear(x[0], "op", {.out = 4}); }},
      {"last_of_four_axes", {{2, 3, 5}}, [](const auto& x) { return linear(x[0], "op", {.out = 4, .bias = false}); }}};
}

std::vector<OnnxRule> onnx_linear() {
  return {{"Gemm", [](OnnxCall& call) {
             call.require(call.integer("transA", 0) == 0, "transA (expected rows of features)");
             call.require(call.constant(1).dim() == 2, "weight of {} axes (expected 2)", call.constant(1).dim());
             Param weight = call.param(1, "weight");
             if (call.integer("transB", 0) == 0) weight.value = weight.value.t().contiguous();
             if (const double alpha = call.real("alpha", 1); alpha != 1) weight.value.mul_(alpha);
             Params params{std::move(weight)};
             if (call.has(2)) {
               Param bias = call.param(2, "bias");
               call.require(bias.value.dim() < 2 || (bias.value.dim() == 2 && bias.value.size(0) == 1),
                            "bias of shape {} (expected one value an output)", Shape(bias.value.sizes().vec()));
               if (const double beta = call.real("beta", 1); beta != 1) bias.value.mul_(beta);
               bias.value = bias.value.flatten().expand({params["weight"].size(0)}).contiguous();
               params.add(std::move(bias));
             }
             return std::vector{call.add(std::make_shared<Linear>(), {call.value()}, std::move(params))};
           }}};
}

}  // namespace lathe
