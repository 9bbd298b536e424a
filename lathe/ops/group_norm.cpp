/// Normalisation over the channels of a group and over space, with one scale and shift a channel. Removing a channel
/// changes the others of its group; each group loses one, so that groups stay equal.
#include <ATen/ops/group_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class GroupNorm final : public Op {
 public:
  GroupNorm(int64_t groups, double epsilon) : groups_(groups), epsilon_(epsilon) {
    check(groups >= 1, "group_norm: {} groups (expected at least 1)", groups);
  }
  std::string_view kind() const override { return "group_norm"; }
  Attributes attributes() const override { return {{"groups", groups_}, {"epsilon", epsilon_}}; }
  Shape shape(const Inputs& in) const override {
    check(in[0].rank() >= 2 && in[0][1] % groups_ == 0, "group_norm: the channels of {} do not split into {} groups",
          in[0], groups_);
    for (const char* name : {"weight", "bias"})
      check(!in.params.has(name) || in.params[name].sizes() == at::IntArrayRef{in[0][1]},
            "group_norm: {} {} (expected [{}])", name, Shape(in.params[name].sizes().vec()), in[0][1]);
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    return at::group_norm(x[0], groups_, params["weight"], params["bias"], epsilon_);
  }
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1] / groups_, {input_channels(), output_channels()}, false};
    for (const char* name : {"weight", "bias"})
      if (in.params.has(name)) tie.axes.push_back(param_axis(name, 0));
    for (TiedAxis& axis : tie.axes) axis = axis.in_blocks(groups_);
    return {tie};
  }
  int64_t elementwise_work(const Inputs& in, const Shape& output) const override {
    return output.count() * (in.params.has("weight") ? 2 : 1);
  }
  std::optional<Window> window(const Inputs& in) const override {
    if (in[0].rank() == 2) return std::nullopt;
    return Window{{}, {}, true};
  }
  /// ONNX has no node for it until opset 18: a group is shaped into one channel, normalised, and shaped back.
  void write_onnx(OnnxWriter& to) const override {
    const Shape& input = to.in()[0];
    std::vector<int64_t> sizes = input.sizes(), a_channel(input.rank() - 1, 1);
    sizes[0] = 0;
    a_channel[0] = input[1];
    const std::string groups =
        to.step("groups", "Reshape", {to.input(), to.constant("groups.sizes", std::vector<int64_t>{0, groups_, -1})});
    const std::string normal =
        to.step("normal", "InstanceNormalization",
                {groups, to.constant("ones", at::ones({groups_})), to.constant("zeros", at::zeros({groups_}))},
                {{"epsilon", static_cast<float>(epsilon_)}});
    const std::vector<std::string> back = {normal, to.constant("sizes", sizes)};
    const Tensor &weight = to.in().params["weight"], &bias = to.in().params["bias"];
    if (!weight.defined() && !bias.defined()) return to.finish("Reshape", back);
    std::string value = to.step("channels", "Reshape", back);
    if (weight.defined()) {
      const std::vector<std::string> factors = {value, to.constant("weight", weight.reshape(a_channel))};
      if (!bias.defined()) return to.finish("Mul", factors);
      value = to.step("scaled", "Mul", factors);
    }
    to.finish("Add", {value, to.constant("bias", bias.reshape(a_channel))});
  }

 private:
  int64_t groups_;
  double epsilon_;
};

}  // namespace

Value group_norm(Value x, std::string name, const GroupNormOptions& options) {
  const int64_t channels = x.shape()[1];
  Params params;
  if (options.affine) params = {{"weight", at::ones({channels})}, {"bias", at::zeros({channels})}};
  return x.builder->add(std::move(name), std::make_shared<GroupNorm>(options.groups, options.epsilon), {x},
                        std::move(params));
}

OpPtr make_group_norm(const Attributes& settings) {
  return std::make_shared<GroupNorm>(settings.integer("groups"), settings.real("epsilon"));
}

std::vector<OpSample> samples_group_norm() {
  return {{"1d", {{6, 4}}, [](const auto& x) { return group_norm(x[0], "op", {.groups = 2}); }},
          {"not_affine_2d",
           {{6, 2, 3}},
           [](const auto& x) { return group_norm(x[0], "op", {.groups = 3, .affine = false}); }},
          {"one_group", {{3, 4}}, [](const auto& x) { return group_norm(x[0], "op", {.groups = 1}); }}};
}

std::vector<OnnxRule> onnx_group_norm() {
  return {{"GroupNormalization", [](OnnxCall& call) {
             const int64_t channels = call.value().shape()[1], groups = call.integer("num_groups", 0);
             check(groups >= 1 && channels % groups == 0, "{} channels do not split into {} groups", channels, groups);
             const auto spatial = static_cast<int64_t>(call.value().shape().spatial());
             // Of a norm put together from several nodes, whose constants broadcast from the last axis.
             call.require(call.integer("lathe.spatial_axes", spatial) == spatial,
                          "scale and shift lie on another axis than the channels of {}", call.value().shape());
             Params params{call.param(1, "weight"), call.param(2, "bias")};
             for (Param& param : params)  // opset 18 had one value a group
               if (param.value.numel() == groups && groups != channels)
                 param.value =
                     param.value.flatten().unsqueeze(1).expand({groups, channels / groups}).flatten().contiguous();
             const auto op = std::make_shared<GroupNorm>(groups, call.real("epsilon", 1e-5));
             return std::vector{call.add(op, {call.value()}, std::move(params))};
           }}};
}

}  // namespace lathe
