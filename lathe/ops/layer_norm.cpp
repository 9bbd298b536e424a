/// Normalisation over the last axes together, with one scale and shift an entry. Where the channels are among them,
/// removing one changes the others.
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class LayerNorm final : public Op {
 public:
  LayerNorm(int64_t last_axes, double epsilon) : last_axes_(last_axes), epsilon_(epsilon) {
    check(last_axes >= 1 && last_axes <= INT32_MAX, "layer_norm: over {} axes (expected at least 1)", last_axes);
  }
  std::string_view kind() const override { return "layer_norm"; }
  Attributes attributes() const override { return {{"last_axes", last_axes_}, {"epsilon", epsilon_}}; }
  Shape shape(const Inputs& in) const override {
    check(last_axes_ < static_cast<int64_t>(in[0].rank()),
          "layer_norm: over the last {} axes of {} (expected less, the batch stays out)", last_axes_, in[0]);
    const Shape row = normalized(in[0].sizes());
    for (const char* name : {"weight", "bias"})
      check(!in.params.has(name) || Shape(in.params[name].sizes().vec()) == row, "layer_norm: {} {} (expected {})",
            name, Shape(in.params[name].sizes().vec()), row);
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    return at::layer_norm(x[0], normalized(x[0].sizes()).sizes(), params["weight"], params["bias"], epsilon_);
  }
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1], {input_channels(), output_channels()}};
    if (last_axes_ + 1 < static_cast<int64_t>(in[0].rank())) return {tie};
    tie.exact = false;
    for (const char* name : {"weight", "bias"})
      if (in.params.has(name)) tie.axes.push_back(param_axis(name, 0));
    return {tie};
  }
  int64_t elementwise_work(const Inputs& in, const Shape& output) const override {
    return output.count() * (in.params.has("weight") ? 2 : 1);
  }
  std::optional<Window> window(const Inputs& in) const override {
    if (in[0].rank() == 2) return std::nullopt;
    return Window{{}, {}, true};
  }
  void write_onnx(OnnxWriter& to) const override {
    const Params& params = to.in().params;
    const Shape row = normalized(to.in()[0].sizes());
    const std::string weight = params.has("weight") ? to.param("weight") : to.constant("ones", at::ones(row.sizes()));
    to.finish("LayerNormalization", {to.input(), weight, to.param("bias")},
              {{"axis", -last_axes_}, {"epsilon", static_cast<float>(epsilon_)}});
  }

 private:
  int64_t last_axes_;
  double epsilon_;
  Shape normalized(at::IntArrayRef sizes) const {
    return Shape(sizes.slice(sizes.size() - static_cast<size_t>(last_axes_)).vec());
  }
};

}  // namespace

Value layer_norm(Value x, std::string name, const LayerNormOptions& options) {
  const Shape& input = x.shape();
  check(options.last_axes >= 1 && options.last_axes < static_cast<int64_t>(input.rank()),
        "layer_norm '{}': over the last {} axes of {} (expected 1 to {})", name, options.last_axes, input,
        input.rank() - 1);
  const std::vector<int64_t> row(input.sizes().end() - options.last_axes, input.sizes().end());
  Params params;
  if (options.affine) params = {{"weight", at::ones(row)}, {"bias", at::zeros(row)}};
  return x.builder->add(std::move(name), std::make_shared<LayerNorm>(options.last_axes, options.epsilon), {x},
                        std::move(params));
}

OpPtr make_layer_norm(const Attributes& settings) {
  return std::make_shared<LayerNorm>(settings.integer("last_axes"), settings.real("epsilon"));
}

std::vector<OpSample> samples_layer_norm() {
  return {{"features", {{5}}, [](const auto& x) { return layer_norm(x[0], "op"); }},
          {"last_axis", {{3, 4}}, [](const auto& x) { return layer_norm(x[0], "op"); }},
          {"channels_and_time", {{3, 4}}, [](const auto& x) { return layer_norm(x[0], "op", {.last_axes = 2}); }},
          {"not_affine_2d", {{3, 2, 4}}, [](const auto& x) {
             return layer_norm(x[0], "op", {.last_axes = 2, .affine = false});
           }}};
}

std::vector<OnnxRule> onnx_layer_norm() {
  return {{"LayerNormalization", [](OnnxCall& call) {
             const Shape& input = call.value().shape();
             const auto rank = static_cast<int64_t>(input.rank());
             const int64_t last_axes = rank - axis_from_front(call.integer("axis", -1), input.rank(), "layer_norm");
             const std::vector<int64_t> row(input.sizes().end() - last_axes, input.sizes().end());
             Params params;
             for (const size_t place : {1, 2}) {
               if (!call.has(place)) continue;
               Param param = call.param(place, place == 1 ? "weight" : "bias");
               param.value = param.value.expand(row).contiguous();
               params.add(std::move(param));
             }
             call.require(call.integer("stash_type", 1) == 1, "stash_type (expected float32)");
             const auto op = std::make_shared<LayerNorm>(last_axes, call.real("epsilon", 1e-5));
             return std::vector{call.add(op, {call.value()}, std::move(params))};
           }}};
}

}  // namespace lathe
