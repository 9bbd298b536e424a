/// Transposed convolution over one or two spatial axes: what spreads samples out again. Its weight is [in, out /
/// groups, ...].
#include <ATen/ops/conv_transpose1d.h>
#include <ATen/ops/conv_transpose2d.h>

#include <algorithm>

#include "lathe/ops/init.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "lathe/ops/sliding.h"

namespace lathe {
namespace {

std::vector<int64_t> kernel_of(const Tensor& weight) {
  return weight.sizes().slice(2).vec();
}

/// `groups` is 0 where every input channel is a group of its own: their number then follows the channels.
int64_t stored_groups(int64_t groups, int64_t channels) {
  return groups > 1 && groups == channels ? 0 : groups;
}

class ConvTranspose final : public Op {
 public:
  ConvTranspose(Sliding sliding, std::vector<int64_t> output_padding, int64_t groups)
      : sliding_(std::move(sliding)), output_padding_(std::move(output_padding)), groups_(groups) {
    sliding_.check_settings("conv_transpose");
    check(groups_ >= 0, "conv_transpose: {} groups (expected at least 1, or 0 for one an input channel)", groups_);
    check(output_padding_.size() == sliding_.axes(), "conv_transpose: {} output paddings (expected {})",
          output_padding_.size(), sliding_.axes());
    for (size_t axis = 0; axis < sliding_.axes(); ++axis)
      check(output_padding_[axis] >= 0 &&
                output_padding_[axis] < std::max(sliding_.stride[axis], sliding_.dilation[axis]),
            "conv_transpose: output padding {} (expected 0 or more, below stride {} or dilation {})",
            output_padding_[axis], sliding_.stride[axis], sliding_.dilation[axis]);
  }
  std::string_view kind() const override { return "conv_transpose"; }
  Attributes attributes() const override {
    return {{"stride", sliding_.stride},
            {"dilation", sliding_.dilation},
            {"padding", sliding_.padding},
            {"output_padding", output_padding_},
            {"groups", groups_}};
  }
  Shape shape(const Inputs& in) const override {
    const Tensor &weight = in.params["weight"], &bias = in.params["bias"];
    check(weight.defined() && weight.dim() == static_cast<int64_t>(sliding_.axes()) + 2 && weight.numel() > 0,
          "conv_transpose: has no weight of [in, out / groups, ...] with {} spatial axes", sliding_.axes());
    const Shape sizes(weight.sizes().vec());
    check(in[0].rank() == sliding_.axes() + 2, "conv_transpose: input {} (expected {} spatial axes)", in[0],
          sliding_.axes());
    check(in[0][1] == sizes[0] && sizes[0] % groups(weight) == 0,
          "conv_transpose: {} input channels do not fit a weight of {} in {} groups", in[0][1], sizes, groups(weight));
    const int64_t out = sizes[1] * groups(weight);
    check(!bias.defined() || bias.sizes() == at::IntArrayRef{out}, "conv_transpose: bias {} (expected [{}])",
          Shape(bias.sizes().vec()), out);
    std::vector<int64_t> result = {in[0][0], out};
    for (size_t axis = 0; axis < sliding_.axes(); ++axis) {
      const int64_t cut = sliding_.padding[axis] + sliding_.padding[axis + sliding_.axes()];
      const int64_t size = full_size(in[0][axis + 2], sizes[axis + 2], axis) - cut;
      check(size >= 1, "conv_transpose: nothing of {} stays when {} samples are cut off", in[0], cut);
      result.push_back(size);
    }
    return Shape(std::move(result));
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    const Tensor &weight = params["weight"], &bias = params["bias"];
    const std::vector<int64_t> even = sliding_.even_part();
    Tensor y = sliding_.axes() == 1 ? at::conv_transpose1d(x[0], weight, bias, sliding_.stride, even, output_padding_,
                                                           groups(weight), sliding_.dilation)
                                    : at::conv_transpose2d(x[0], weight, bias, sliding_.stride, even, output_padding_,
                                                           groups(weight), sliding_.dilation);
    for (size_t axis = 0; axis < sliding_.axes(); ++axis) {  // LibTorch cuts the same on both sides
      const int64_t front = sliding_.padding[axis] - even[axis],
                    back = sliding_.padding[axis + sliding_.axes()] - even[axis];
      const auto place = static_cast<int64_t>(axis) + 2;
      if (front + back > 0) y = y.narrow(place, front, y.size(place) - front - back);
    }
    return y;
  }
  Ties ties(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    const int64_t count = groups(weight), out = weight.size(1), width = weight.size(0) / count;
    if (groups_ == 0) {  // a channel is its own group, its outputs go with it
      Tie tie{in[0][1], {input_channels(), output_channels().repeated(out), param_axis("weight", 0)}};
      if (in.params.has("bias")) tie.axes.push_back(param_axis("bias", 0).repeated(out));
      return {tie};
    }
    Tie outputs{out, {output_channels().in_blocks(count), param_axis("weight", 1)}};
    if (in.params.has("bias")) outputs.axes.push_back(param_axis("bias", 0).in_blocks(count));
    return {outputs, {width, {input_channels().in_blocks(count), param_axis("weight", 0).in_blocks(count)}}};
  }
  int64_t macs(const Inputs& in, const Shape&) const override {
    const Tensor& weight = in.params["weight"];
    return in[0].with(0, 1).count() * (weight.numel() / weight.size(0));
  }
  /// It steps by fractions of a sample, which a window cannot say.
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  void write_onnx(OnnxWriter& to) const override {
    const Tensor& weight = to.in().params["weight"];
    OnnxAttributes attributes = sliding_.onnx_attributes(kernel_of(weight));
    attributes["output_padding"] = output_padding_;
    attributes["group"] = groups(weight);
    to.finish("ConvTranspose", {to.input(), to.param("weight"), to.param("bias")}, std::move(attributes));
  }

 private:
  Sliding sliding_;
  std::vector<int64_t> output_padding_;
  int64_t groups_;

  int64_t groups(const Tensor& weight) const { return groups_ == 0 ? weight.size(0) : groups_; }
  /// The output's size before anything is cut off.
  int64_t full_size(int64_t input, int64_t kernel, size_t axis) const {
    return (input - 1) * sliding_.stride[axis] + sliding_.dilation[axis] * (kernel - 1) + 1 + output_padding_[axis];
  }
};

/// The paddings follow from the wanted output where a file gives that. Source: ONNX's ConvTranspose.
void cut_to_output(const OnnxCall& call, Sliding& sliding, const std::vector<int64_t>& kernel,
                   const std::vector<int64_t>& output_padding) {
  const std::string mode = call.word("auto_pad", "NOTSET");
  std::vector<int64_t> wanted = call.list("output_shape");
  const size_t axes = kernel.size();
  call.require(mode == "NOTSET" || mode == "VALID" || mode == "SAME_UPPER" || mode == "SAME_LOWER", "auto_pad '{}'",
               mode);
  if (mode == "VALID") sliding.padding.assign(2 * axes, 0);
  if (wanted.empty() && mode.rfind("SAME", 0) != 0) return;
  if (wanted.empty())
    for (size_t axis = 0; axis < axes; ++axis) wanted.push_back(call.value().shape()[axis + 2] * sliding.stride[axis]);
  if (wanted.size() == axes + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  check(wanted.size() == axes, "output_shape has {} sizes (expected {})", wanted.size(), axes);
  for (size_t axis = 0; axis < axes; ++axis) {
    const int64_t total = sliding.stride[axis] * (call.value().shape()[axis + 2] - 1) + output_padding[axis] +
                          sliding.dilation[axis] * (kernel[axis] - 1) + 1 - wanted[axis];
    call.require(total >= 0, "an output of {} samples, more than the kernel reaches", wanted[axis]);
    sliding.padding[axis] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    sliding.padding[axis + axes] = total - sliding.padding[axis];
  }
}

}  // namespace

Value conv_transpose(Value x, std::string name, const ConvTransposeOptions& options) {
  const size_t axes = x.shape().spatial();
  const std::string where = "conv_transpose '" + name + "'";
  check(axes == 1 || axes == 2, "{}: input {} (expected [N, C, T] or [N, C, H, W])", where, x.shape());
  const int64_t in = x.shape()[1];
  check(options.out > 0 && options.groups > 0 && in % options.groups == 0 && options.out % options.groups == 0,
        "{}: {} input and {} output channels do not split into {} groups", where, in, options.out, options.groups);
  std::vector<int64_t> sizes = {in, options.out / options.groups};
  for (const int64_t size : options.kernel.spread(axes, where + ": kernel")) {
    check(size >= 1, "{}: kernel {} (expected at least 1)", where, size);
    sizes.push_back(size);
  }
  Params params{{"weight", default_weight(sizes)}};
  if (options.bias) params.add({"bias", default_bias(params["weight"], options.out)});
  Sliding sliding{options.stride.spread(axes, where + ": stride"), options.dilation.spread(axes, where + ": dilation"),
                  Sliding::both_sides(options.padding, axes, where)};
  auto op = std::make_shared<ConvTranspose>(std::move(sliding),
                                            options.output_padding.spread(axes, where + ": output_padding"),
                                            stored_groups(options.groups, in));
  return x.builder->add(std::move(name), std::move(op), {x}, std::move(params));
}

OpPtr make_conv_transpose(const Attributes& settings) {
  return std::make_shared<ConvTranspose>(
      Sliding{settings.list("stride"), settings.list("dilation"), settings.list("padding")},
      settings.list("output_padding"), settings.integer("groups"));
}

std::vector<OpSample> samples_conv_transpose() {
  const auto sample = [](std::string label, Shape input, ConvTransposeOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return conv_transpose(x[0], "op", options);
                    }};
  };
  return {
      sample("plain_1d", {3, 5}, {.out = 2, .kernel = 3, .stride = 2}),
      sample("output_padding_1d", {3, 5}, {.out = 2, .kernel = 3, .stride = 3, .padding = {1}, .output_padding = 2}),
      sample("uneven_1d", {2, 5}, {.out = 3, .kernel = 4, .stride = 2, .dilation = 2, .padding = {1, 3}}),
      sample("grouped_1d", {6, 4}, {.out = 4, .kernel = 2, .stride = 2, .groups = 2}),
      sample("depthwise_1d", {3, 4}, {.out = 3, .kernel = 3, .stride = 2, .groups = 3}),
      sample("depthwise_twofold_1d", {3, 4}, {.out = 6, .kernel = 2, .groups = 3, .bias = false}),
      sample("plain_2d", {2, 3, 4}, {.out = 3, .kernel = {2, 3}, .stride = {2, 1}, .padding = {0, 1}, .bias = false})};
}

std::vector<OnnxRule> onnx_conv_transpose() {
  return {{"ConvTranspose", [](OnnxCall& call) {
             Params params{call.param(1, "weight")};
             if (call.has(2)) params.add(call.param(2, "bias"));
             const Tensor& weight = params["weight"];
             const size_t axes = call.value().shape().spatial();
             call.require((axes == 1 || axes == 2) && weight.dim() == static_cast<int64_t>(axes) + 2,
                          "a weight of {} axes on {} (expected one or two spatial axes)", weight.dim(),
                          call.value().shape());
             const std::vector<int64_t> ones(axes, 1), zeros(axes, 0);
             Sliding sliding{call.list("strides", ones), call.list("dilations", ones),
                             call.list("pads", std::vector<int64_t>(2 * axes, 0))};
             const std::vector<int64_t> output_padding = call.list("output_padding", zeros);
             sliding.check_settings("conv_transpose");
             check(sliding.axes() == axes && output_padding.size() == axes,
                   "{} strides and {} output paddings (expected {})", sliding.axes(), output_padding.size(), axes);
             check_onnx_kernel(call, kernel_of(weight));
             cut_to_output(call, sliding, kernel_of(weight), output_padding);
             const int64_t groups = stored_groups(call.integer("group", 1), weight.size(0));
             const auto op = std::make_shared<ConvTranspose>(std::move(sliding), output_padding, groups);
             return std::vector{call.add(op, {call.value()}, std::move(params))};
           }}};
}

}  // namespace lathe
