/// Padding of the spatial axes: with a value, mirrored, with the outermost sample, or wrapped around.
#include <ATen/ops/pad.h>

#include <algorithm>

#include "lathe/base/text.h"
#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "lathe/ops/sliding.h"

namespace lathe {
namespace {

/// The modes as lathe, LibTorch and ONNX call them.
struct PadMode {
  const char *name, *torch, *onnx;
};
constexpr PadMode kModes[] = {{"circular", "circular", "wrap"},
                              {"constant", "constant", "constant"},
                              {"edge", "replicate", "edge"},
                              {"reflect", "reflect", "reflect"}};

const PadMode& mode_of(const std::string& name) {
  for (const PadMode& mode : kModes)
    if (name == mode.name) return mode;
  throw Error(fmt::format("pad: unknown mode '{}'; known: circular, constant, edge, reflect", name));
}

class Pad final : public Op {
 public:
  Pad(std::vector<int64_t> padding, const std::string& mode, double value)
      : sliding_{std::vector<int64_t>(padding.size() / 2, 1), std::vector<int64_t>(padding.size() / 2, 1), padding},
        mode_(mode_of(mode)),
        value_(value) {
    sliding_.check_settings("pad");
  }
  std::string_view kind() const override { return "pad"; }
  Attributes attributes() const override {
    return {{"padding", sliding_.padding}, {"mode", std::string(mode_.name)}, {"value", value_}};
  }
  Shape shape(const Inputs& in) const override {
    const Shape padded = sliding_.shape(in[0], in[0].rank() < 2 ? 0 : in[0][1], unit_kernel(), "pad");
    if (is("circular")) sliding_.check_circular(in[0], "pad");
    if (is("reflect"))
      for (size_t side = 0; side < sliding_.padding.size(); ++side)
        check(sliding_.padding[side] < in[0][2 + side % sliding_.axes()],
              "pad: {} mirrored samples of {} (expected fewer than there are)", sliding_.padding[side], in[0]);
    return padded;
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    const auto value = is("constant") ? std::optional<double>(value_) : std::nullopt;
    return at::pad(x[0], last_axis_first(sliding_.padding), mode_.torch, value);
  }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), output_channels()}}}; }
  std::optional<Window> window(const Inputs&) const override { return sliding_.window(unit_kernel()); }
  void write_onnx(OnnxWriter& to) const override {
    if (is("circular")) {
      to.finish("Identity", {write_circular_padding(to, sliding_.padding)});
      return;
    }
    std::vector<int64_t> all(2 * sliding_.axes() + 4, 0);  // begins of every axis, batch and channel too, then ends
    for (size_t axis = 0; axis < sliding_.axes(); ++axis) {
      all[2 + axis] = sliding_.padding[axis];
      all[4 + sliding_.axes() + axis] = sliding_.padding[sliding_.axes() + axis];
    }
    std::vector<std::string> inputs = {to.input(), to.constant("pads", all)};
    if (is("constant")) inputs.push_back(to.scalar("value", value_));
    to.finish("Pad", inputs, {{"mode", std::string(mode_.onnx)}});
  }

 private:
  Sliding sliding_;
  PadMode mode_;
  double value_;
  bool is(std::string_view mode) const { return mode_.name == mode; }
  std::vector<int64_t> unit_kernel() const { return std::vector<int64_t>(sliding_.axes(), 1); }
};

/// The pads of the spatial axes, begins then ends. @throws Error (unsupported) where batch or channels are padded
std::vector<int64_t> spatial_pads(const OnnxCall& call) {
  const size_t rank = call.value().shape().rank();
  const std::vector<int64_t> given = call.has_attribute("pads") ? call.list("pads") : call.integers(1);  // since 11
  std::vector<int64_t> axes;
  if (has_content(call, 3)) {  // since 18
    axes = call.integers(3);
  } else {
    for (size_t axis = 0; axis < rank; ++axis) axes.push_back(static_cast<int64_t>(axis));
  }
  check(given.size() == 2 * axes.size(), "{} pads for {} axes (expected two an axis)", given.size(), axes.size());
  call.require(rank == 3 || rank == 4, "pads {} (expected [N, C, T] or [N, C, H, W])", call.value().shape());
  std::vector<int64_t> pads(2 * (rank - 2), 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t begin = given[i], end = given[i + axes.size()];
    call.require(begin >= 0 && end >= 0, "pads by {} and {}, which cuts (expected at least 0)", begin, end);
    if (begin == 0 && end == 0) continue;
    const int64_t axis = axes[i] < 0 ? axes[i] + static_cast<int64_t>(rank) : axes[i];
    call.require(axis >= 2 && axis < static_cast<int64_t>(rank), "pads axis {} (expected the spatial axes alone)",
                 axes[i]);
    pads[static_cast<size_t>(axis) - 2] = begin;
    pads[static_cast<size_t>(axis) - 2 + rank - 2] = end;
  }
  return pads;
}

}  // namespace

Value pad(Value x, std::string name, const PadOptions& options) {
  const auto sides = Sliding::both_sides(options.padding, x.shape().spatial(), "pad '" + name + "'");
  return x.builder->add(std::move(name), std::make_shared<Pad>(sides, options.mode, options.value), {x});
}

OpPtr make_pad(const Attributes& settings) {
  return std::make_shared<Pad>(settings.list("padding"), settings.word("mode"), settings.real("value"));
}

std::vector<OpSample> samples_pad() {
  const auto sample = [](std::string label, Shape input, PadOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return pad(x[0], "op", options);
                    }};
  };
  return {sample("zeros_1d", {3, 5}, {.padding = {2, 1}}),
          sample("value_2d", {2, 3, 4}, {.padding = {1, 0, 2, 3}, .value = -1.5}),
          sample("reflect_1d", {2, 5}, {.padding = {4, 2}, .mode = "reflect"}),
          sample("reflect_2d", {2, 3, 4}, {.padding = {1, 2}, .mode = "reflect"}),
          sample("edge_1d", {2, 5}, {.padding = {2}, .mode = "edge"}),
          sample("edge_2d", {2, 3, 4}, {.padding = {1, 0, 2, 3}, .mode = "edge"}),
          sample("circular_1d", {2, 5}, {.padding = {5, 2}, .mode = "circular"}),
          sample("circular_2d", {2, 3, 4}, {.padding = {1, 0, 0, 3}, .mode = "circular"})};
}

std::vector<OnnxRule> onnx_pad() {
  return {{"Pad", [](OnnxCall& call) {
             const std::string word = call.word("mode", "constant");
             std::string mode;
             for (const PadMode& known : kModes)
               if (word == known.onnx) mode = known.name;
             call.require(!mode.empty(), "mode '{}' (expected constant, edge, reflect or wrap)", word);
             const double value = has_content(call, 2) ? call.number(2) : call.real("value", 0);
             return std::vector{call.add(std::make_shared<Pad>(spatial_pads(call), mode, value), {call.value()})};
           }}};
}

}  // namespace lathe
