/// Convolution over one or two spatial axes, plain, grouped or depthwise. The number of groups is not stored: it is the
/// input's channels over the weight's.
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>

#include "lathe/ops/circular_conv.h"
#include "lathe/ops/init.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "lathe/ops/sliding.h"

namespace lathe {
namespace {

std::vector<int64_t> kernel_of(const Params& params) {
  return params["weight"].sizes().slice(2).vec();
}

class Conv final : public Op {
 public:
  Conv(Sliding sliding, std::string mode) : sliding_(std::move(sliding)), mode_(std::move(mode)) {
    sliding_.check_settings("conv");
    Sliding::check_mode(mode_, "conv");
  }
  std::string_view kind() const override { return "conv"; }
  Attributes attributes() const override {
    return {{"stride", sliding_.stride},
            {"dilation", sliding_.dilation},
            {"padding", sliding_.padding},
            {"padding_mode", mode_}};
  }
  Shape shape(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    check_params(in.params);
    check(in[0].rank() == sliding_.axes() + 2, "conv: input {} (expected {} spatial axes)", in[0], sliding_.axes());
    check(in[0][1] % weight.size(1) == 0 && weight.size(0) % groups(in) == 0,
          "conv: {} input channels do not fit a weight of {}", in[0][1], Shape(weight.sizes().vec()));
    if (mode_ == "circular") sliding_.check_circular(in[0], "conv");
    return sliding_.shape(in[0], weight.size(0), kernel_of(in.params), "conv");
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode mode) const override {
    const Tensor& weight = params["weight"];
    if (mode.training && goes_around(x[0], weight) && prefers_circular_conv(x[0], weight)) {
      const Tensor sums = circular_conv(x[0], weight, sliding_.padding[0]);
      return params.has("bias") ? sums.add(params["bias"].unsqueeze(1)) : sums;
    }
    const auto [padded, even] = sliding_.padded(x[0], mode_ == "circular");
    const int64_t groups = x[0].size(1) / weight.size(1);
    const auto convolve = sliding_.axes() == 1 ? plain_1d : plain_2d;
    return convolve(padded, weight, params["bias"], sliding_.stride, even, sliding_.dilation, groups);
  }
  Ties ties(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    const int64_t count = groups(in), width = weight.size(1), out = weight.size(0) / count;
    if (count > 1 && width == 1)  // depthwise: a channel is its own group, its filters go with it
      return {with_bias(in, {in[0][1],
                             {input_channels(), output_channels().repeated(out), param_axis("weight", 0).repeated(out),
                              param_axis("bias", 0).repeated(out)}})};
    return {with_bias(in, {out,
                           {output_channels().in_blocks(count), param_axis("weight", 0).in_blocks(count),
                            param_axis("bias", 0).in_blocks(count)}}),
            {width, {input_channels().in_blocks(count), param_axis("weight", 1)}}};
  }
  int64_t macs(const Inputs& in, const Shape& output) const override {
    return output.count() * (in.params["weight"].numel() / in.params["weight"].size(0));
  }
  std::optional<Window> window(const Inputs& in) const override { return sliding_.window(kernel_of(in.params)); }
  void write_onnx(OnnxWriter& to) const override {
    const Tensor& weight = to.in().params["weight"];
    OnnxAttributes attributes = sliding_.onnx_attributes(kernel_of(to.in().params));
    attributes["group"] = to.in()[0][1] / weight.size(1);
    std::string padded = to.input();
    if (mode_ == "circular") {  // ONNX can say "wrap" from opset 19 on only
      attributes["pads"] = std::vector<int64_t>(sliding_.padding.size(), 0);
      padded = write_circular_padding(to, sliding_.padding);
    }
    to.finish("Conv", {padded, to.param("weight"), to.param("bias")}, std::move(attributes));
  }

 private:
  Sliding sliding_;
  std::string mode_;

  void check_params(const Params& params) const {
    const Tensor& weight = params["weight"];
    const Tensor& bias = params["bias"];
    check(weight.defined(), "conv: has no weight");
    const Shape sizes(weight.sizes().vec());
    check(sizes.rank() == sliding_.axes() + 2 && weight.numel() > 0,
          "conv: weight {} (expected [out, in, ...] with {} spatial axes, none empty)", sizes, sliding_.axes());
    check(!bias.defined() || bias.sizes() == weight.sizes().slice(0, 1), "conv: bias {} (expected [{}])",
          Shape(bias.sizes().vec()), sizes[0]);
  }
  static int64_t groups(const Inputs& in) { return in[0][1] / in.params["weight"].size(1); }
  static Tie with_bias(const Inputs& in, Tie tie) {
    if (!in.params.has("bias")) tie.axes.pop_back();
    return tie;
  }
  /// Plain sums over the circle of samples, as many as there are.
  bool goes_around(const Tensor& x, const Tensor& weight) const {
    return mode_ == "circular" && sliding_.axes() == 1 && sliding_.stride[0] == 1 && sliding_.dilation[0] == 1 &&
           weight.size(1) == x.size(1) && sliding_.padding[0] + sliding_.padding[1] == weight.size(2) - 1;
  }
  using Sizes1 = const std::vector<int64_t>&;
  static Tensor plain_1d(const Tensor& x, const Tensor& weight, const Tensor& bias, Sizes1 stride, Sizes1 padding,
                         Sizes1 dilation, int64_t groups) {
    return at::conv1d(x, weight, bias, stride, padding, dilation, groups);
  }
  static Tensor plain_2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Sizes1 stride, Sizes1 padding,
                         Sizes1 dilation, int64_t groups) {
    return at::conv2d(x, weight, bias, stride, padding, dilation, groups);
  }
};

}  // namespace

Value conv(Value x, std::string name, const ConvOptions& options) {
  const size_t axes = x.shape().spatial();
  const std::string where = "conv '" + name + "'";
  check(axes == 1 || axes == 2, "{}: input {} (expected [N, C, T] or [N, C, H, W])", where, x.shape());
  check(
      options.out > 0 && options.groups > 0 && x.shape()[1] % options.groups == 0 && options.out % options.groups == 0,
      "{}: {} input and {} output channels do not split into {} groups", where, x.shape()[1], options.out,
      options.groups);
  check(options.padding.empty() || !options.same, "{}: give either `padding` or `same`", where);
  const std::vector<int64_t> kernel = options.kernel.spread(axes, where + ": kernel");
  Sliding sliding{
      options.stride.spread(axes, where + ": stride"), options.dilation.spread(axes, where + ": dilation"), {}};
  sliding.padding =
      options.same ? Sliding::same(kernel, sliding.dilation) : Sliding::both_sides(options.padding, axes, where);
  sliding.check_settings(where);
  for (const int64_t size : kernel) check(size >= 1, "{}: kernel {} (expected at least 1)", where, size);
  std::vector<int64_t> sizes = {options.out, x.shape()[1] / options.groups};
  sizes.insert(sizes.end(), kernel.begin(), kernel.end());
  Params params{{"weight", default_weight(sizes)}};
  if (options.bias) params.add({"bias", default_bias(params["weight"])});
  return x.builder->add(std::move(name), std::make_shared<Conv>(std::move(sliding), options.padding_mode), {x},
                        std::move(params));
}

OpPtr make_conv(const Attributes& settings) {
  return std::make_shared<Conv>(Sliding{settings.list("stride"), settings.list("dilation"), settings.list("padding")},
                                settings.word("padding_mode"));
}

std::vector<OpSample> samples_conv() {
  const auto sample = [](std::string label, Shape input, ConvOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return conv(x[0], "op", options);
                    }};
  };
  return {
      sample("plain_1d", {3, 11}, {.out = 4, .kernel = 3}),
      sample("even_same_1d", {2, 9}, {.out = 3, .kernel = 4, .same = true}),
      sample("uneven_padding_1d", {2, 9}, {.out = 3, .kernel = 3, .stride = 2, .padding = {0, 3}}),
      sample("circular_1d", {2, 10}, {.out = 3, .kernel = 5, .padding = {2}, .padding_mode = "circular"}),
      sample("grouped_1d", {6, 8}, {.out = 9, .kernel = 3, .groups = 3}),
      sample("depthwise_1d", {4, 8}, {.out = 4, .kernel = 3, .padding = {1}, .groups = 4}),
      sample("depthwise_twofold_1d", {3, 8}, {.out = 6, .kernel = 3, .groups = 3, .bias = false}),
      sample("plain_2d", {2, 6, 7}, {.out = 3, .kernel = {3, 2}, .stride = {2, 1}, .bias = false}),
      sample("dilated_2d", {2, 8, 8}, {.out = 3, .kernel = 3, .dilation = 2, .padding = {1, 2, 3, 0}}),
      sample("circular_2d", {2, 5, 6}, {.out = 3, .kernel = 3, .padding = {1, 1}, .padding_mode = "circular"}),
  };
}

std::vector<OnnxRule> onnx_conv() {
  return {{"Conv", [](OnnxCall& call) {
             Params params{call.param(1, "weight")};
             if (call.has(2)) params.add(call.param(2, "bias"));
             const Shape weight(params["weight"].sizes().vec());
             check(weight.rank() >= 3, "weight {} (expected [out, in, ...])", weight);
             check_onnx_kernel(call, kernel_of(params));
             check(call.integer("group", 1) * weight[1] == call.value().shape()[1],
                   "{} groups and a weight {} on {} channels (expected groups times weight axis 1)",
                   call.integer("group", 1), weight, call.value().shape()[1]);
             const auto op = std::make_shared<Conv>(Sliding::from_onnx(call, kernel_of(params)), "zeros");
             return std::vector{call.add(op, {call.value()}, std::move(params))};
           }}};
}

}  // namespace lathe
