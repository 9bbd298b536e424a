/// Power per frequency of each channel: the spectral branch beside learned kernels. A channel leaves with all its bins.
#include "lathe/signal/periodogram.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>

#include <numbers>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Periodogram final : public Op {
 public:
  explicit Periodogram(double rate_hz) : rate_hz_(rate_hz) {
    check(rate_hz > 0, "periodogram: rate_hz {} (expected above 0)", rate_hz);
  }
  std::string_view kind() const override { return "periodogram"; }
  Attributes attributes() const override { return {{"rate_hz", rate_hz_}}; }
  Shape shape(const Inputs& in) const override {
    check(in[0].rank() == 3, "periodogram: input {} (expected [N, C, T])", in[0]);
    return {in[0][0], in[0][1] * (in[0][2] / 2 + 1)};
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return lathe::periodogram(x[0], rate_hz_).flatten(1);
  }
  Ties ties(const Inputs& in) const override {
    return {{in[0][1], {input_channels(), output_channels().repeated(in[0][2] / 2 + 1)}}};
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  /// Two real matrix products: sums against cosines and sines, whose squares add up.
  void write_onnx(OnnxWriter& to) const override {
    const int64_t samples = to.in()[0][2], bins = samples / 2 + 1;
    const Tensor turns = at::arange(samples, at::kDouble).view({-1, 1}).mul(at::arange(bins, at::kDouble)).remainder(samples);
    const Tensor angle = turns.mul(2 * std::numbers::pi / static_cast<double>(samples));
    Tensor scale = at::full({bins}, 2 / (rate_hz_ * static_cast<double>(samples)), at::kDouble);
    scale[0] = scale[0].div(2);
    if (samples % 2 == 0) scale[bins - 1] = scale[bins - 1].div(2);
    const std::string mean = to.step("mean", "ReduceMean", to.inputs(), {{"axes", std::vector<int64_t>{2}}});
    const std::string centred = to.step("centred", "Sub", {to.input(), mean});
    std::vector<std::string> squares;
    for (const bool cosine : {true, false}) {
      const std::string stem = cosine ? "cosine" : "sine";
      const std::string table = to.constant(stem + "_table", (cosine ? angle.cos() : angle.sin()).to(at::kFloat));
      const std::string sum = to.step(stem, "MatMul", {centred, table});
      squares.push_back(to.step(stem + "_squared", "Mul", {sum, sum}));
    }
    const std::string power = to.step("power", "Add", squares);
    const std::string density = to.step("density", "Mul", {power, to.constant("scale", scale.to(at::kFloat))});
    to.finish("Flatten", {density}, {{"axis", int64_t{1}}});
  }

 private:
  double rate_hz_;
};

}  // namespace

Value periodogram(Value x, std::string name, double rate_hz) {
  return x.builder->add(std::move(name), std::make_shared<Periodogram>(rate_hz), {x});
}

OpPtr make_periodogram(const Attributes& settings) { return std::make_shared<Periodogram>(settings.real("rate_hz")); }

std::vector<OpSample> samples_periodogram() {
  return {{"even", {{2, 10}}, [](const auto& x) { return periodogram(x[0], "op", 64); }},
          {"odd", {{1, 9}}, [](const auto& x) { return periodogram(x[0], "op", 1); }}};
}

std::vector<OnnxRule> onnx_periodogram() {
  return {};
}

}  // namespace lathe
