/// Limits x to [min, max]; either end may be open. ReLU6 is 0 to 6.
#include <ATen/ops/clamp.h>

#include <cmath>
#include <limits>

#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Clip final : public Elementwise {
 public:
  explicit Clip(ClipOptions limits) : limits_(limits) {
    for (const auto& end : {limits.min, limits.max})
      check(!end || std::isfinite(*end), "clip: limit {} (expected a number; leave an open end out)", *end);
  }
  std::string_view kind() const override { return "clip"; }
  Attributes attributes() const override {
    Attributes set;
    if (limits_.min) set.set("min", *limits_.min);
    if (limits_.max) set.set("max", *limits_.max);
    return set;
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    if (!limits_.min && !limits_.max) return x[0];
    const auto scalar = [](std::optional<double> end) { return end ? std::optional<at::Scalar>(*end) : std::nullopt; };
    return at::clamp(x[0], scalar(limits_.min), scalar(limits_.max));
  }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  void write_onnx(OnnxWriter& to) const override {
    const std::string min = limits_.min ? to.scalar("min", *limits_.min) : "";
    to.finish("Clip", {to.input(), min, limits_.max ? to.scalar("max", *limits_.max) : ""});
  }

 private:
  ClipOptions limits_;
};

std::optional<double> limit(const Attributes& settings, std::string_view name) {
  if (settings.values().find(name) == settings.values().end()) return std::nullopt;
  return settings.real(name);
}

/// An attribute before opset 11, an input since; float32's largest number is how files write "no limit".
std::optional<double> limit(const OnnxCall& call, const char* name, size_t place) {
  std::optional<double> end;
  if (call.opset() >= 11) {
    if (call.has(place)) end = call.number(place);
  } else if (call.has_attribute(name)) {
    end = call.real(name, 0);
  }
  constexpr double most = std::numeric_limits<float>::max();
  if (end && (std::string_view(name) == "min" ? *end <= -most : *end >= most)) return std::nullopt;
  call.require(!end || std::isfinite(*end), "{} is {}", name, end.value_or(0));
  return end;
}

}  // namespace

Value clip(Value x, std::string name, const ClipOptions& limits) {
  return x.builder->add(std::move(name), std::make_shared<Clip>(limits), {x});
}

OpPtr make_clip(const Attributes& settings) {
  return std::make_shared<Clip>(ClipOptions{limit(settings, "min"), limit(settings, "max")});
}

std::vector<OpSample> samples_clip() {
  const auto sample = [](std::string label, ClipOptions limits) {
    return OpSample{std::move(label), {{3, 5}}, [limits](const auto& x) { return clip(x[0], "op", limits); }};
  };
  return {sample("both", {.min = -0.4, .max = 0.6}), sample("from_below", {.min = 0.1}),
          sample("from_above", {.max = 0.2}), sample("open", {})};
}

std::vector<OnnxRule> onnx_clip() {
  return {{"Clip", [](OnnxCall& call) {
             return std::vector{clip(call.value(), call.name(), {limit(call, "min", 1), limit(call, "max", 2)})};
           }}};
}

}  // namespace lathe
