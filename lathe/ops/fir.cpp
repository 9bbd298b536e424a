/// A fixed filter for each channel of [N, C, T], with a stride: smoothing before samples are dropped. Its taps are a
/// buffer, so it never trains; counts no MACs, as the published figures do not.
#include <ATen/ops/conv1d.h>
#include <ATen/ops/tensor.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "lathe/ops/sliding.h"

namespace lathe {
namespace {

class Fir final : public Op {
 public:
  Fir(Sliding sliding, std::string mode) : sliding_(std::move(sliding)), mode_(std::move(mode)) {
    sliding_.check_settings("fir");
    check(sliding_.axes() == 1, "fir: {} strides (expected 1)", sliding_.axes());
    Sliding::check_mode(mode_, "fir");
  }
  std::string_view kind() const override { return "fir"; }
  Attributes attributes() const override {
    return {{"stride", sliding_.stride}, {"padding", sliding_.padding}, {"padding_mode", mode_}};
  }
  Shape shape(const Inputs& in) const override {
    const Tensor& taps = in.params["kernel"];
    check(taps.defined() && taps.dim() == 3 && taps.size(1) == 1 && taps.numel() > 0,
          "fir: has no kernel of [channels, 1, taps]");
    check(in[0].rank() == 3 && in[0][1] == taps.size(0), "fir: input {} (expected [N, {}, T])", in[0], taps.size(0));
    if (mode_ == "circular") sliding_.check_circular(in[0], "fir");
    return sliding_.shape(in[0], in[0][1], {taps.size(2)}, "fir");
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    const Tensor& taps = params["kernel"];
    const auto [padded, even] = sliding_.padded(x[0], mode_ == "circular");
    return at::conv1d(padded, taps, {}, sliding_.stride, even, sliding_.dilation, taps.size(0));
  }
  Ties ties(const Inputs& in) const override {
    return {{in[0][1], {input_channels(), output_channels(), param_axis("kernel", 0)}}};
  }
  std::optional<Window> window(const Inputs& in) const override {
    return sliding_.window({in.params["kernel"].size(2)});
  }
  void write_onnx(OnnxWriter& to) const override {
    const Tensor& taps = to.in().params["kernel"];
    OnnxAttributes attributes = sliding_.onnx_attributes({taps.size(2)});
    attributes["group"] = taps.size(0);
    std::string padded = to.input();
    if (mode_ == "circular") {
      attributes["pads"] = std::vector<int64_t>(2, 0);
      padded = write_circular_padding(to, sliding_.padding);
    }
    to.finish("Conv", {padded, to.param("kernel")}, std::move(attributes));
  }

 private:
  Sliding sliding_;
  std::string mode_;
};

}  // namespace

Value fir(Value x, std::string name, const FirOptions& options) {
  check(x.shape().rank() == 3, "fir '{}': input {} (expected [N, C, T])", name, x.shape());
  check(!options.taps.empty(), "fir '{}': has no taps", name);
  const Tensor taps = at::tensor(options.taps, at::kFloat).expand({x.shape()[1], 1, -1}).contiguous();
  Sliding sliding{{options.stride}, {1}, Sliding::both_sides(options.padding, 1, "fir '" + name + "'")};
  return x.builder->add(std::move(name), std::make_shared<Fir>(std::move(sliding), options.padding_mode), {x},
                        Params{{"kernel", taps, true}});
}

OpPtr make_fir(const Attributes& settings) {
  const std::vector<int64_t>& stride = settings.list("stride");
  return std::make_shared<Fir>(Sliding{stride, std::vector<int64_t>(stride.size(), 1), settings.list("padding")},
                               settings.word("padding_mode"));
}

std::vector<OpSample> samples_fir() {
  const auto sample = [](std::string label, FirOptions options) {
    return OpSample{
        std::move(label), {{3, 9}}, [options](const std::vector<Value>& x) { return fir(x[0], "op", options); }};
  };
  return {sample("by_two", {.taps = {0.125, 0.375, 0.375, 0.125}, .stride = 2, .padding = {1}}),
          sample("uneven", {.taps = {0.5, 0.5}, .padding = {1, 0}}),
          sample("circular", {.taps = {0.25, 0.5, 0.25}, .stride = 3, .padding = {1}, .padding_mode = "circular"})};
}

/// A Conv stays a conv: nothing in the file says that its weights are not to train.
std::vector<OnnxRule> onnx_fir() {
  return {};
}

}  // namespace lathe
