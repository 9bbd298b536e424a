/// More samples along the spatial axes (or fewer): copies of the nearest one, or straight lines between them, as
/// PyTorch's interpolate has it.
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/upsample_nearest1d.h>
#include <ATen/ops/upsample_nearest2d.h>

#include <cmath>

#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Upsample final : public Op {
 public:
  explicit Upsample(UpsampleOptions options) : options_(std::move(options)) {
    check(options_.mode == "nearest" || options_.mode == "linear",
          "upsample: unknown mode '{}'; known: linear, nearest", options_.mode);
    check(options_.factor.empty() != options_.size.empty(), "upsample: give either `factor` or `size`");
    check(axes() == 1 || axes() == 2, "upsample: {} spatial axes (expected 1 or 2)", axes());
    for (const int64_t number : numbers())
      check(number >= 1 && number <= INT32_MAX, "upsample: factor or size {} (expected at least 1)", number);
    check(!options_.align_corners || options_.mode == "linear",
          "upsample: align_corners goes with mode 'linear' alone");
  }
  std::string_view kind() const override { return "upsample"; }
  Attributes attributes() const override {
    Attributes settings{{"mode", options_.mode}, {"align_corners", options_.align_corners}};
    settings.set(options_.size.empty() ? "factor" : "size", numbers());
    return settings;
  }
  Shape shape(const Inputs& in) const override {
    check(in[0].spatial() == axes(), "upsample: input {} (expected {} spatial axes)", in[0], axes());
    std::vector<int64_t> sizes = {in[0][0], in[0][1]};
    const std::vector<int64_t> spatial = output_sizes(at::IntArrayRef(in[0].sizes()).slice(2));
    sizes.insert(sizes.end(), spatial.begin(), spatial.end());
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    const std::vector<int64_t> sizes = output_sizes(x[0].sizes().slice(2));
    if (options_.mode == "nearest" && !options_.factor.empty()) {  // exact, which float32 products are not
      Tensor y = x[0];
      for (size_t axis = 0; axis < axes(); ++axis)
        if (options_.factor[axis] > 1) y = y.repeat_interleave(options_.factor[axis], static_cast<int64_t>(axis) + 2);
      return y;
    }
    if (options_.mode == "nearest")
      return axes() == 1 ? at::upsample_nearest1d(x[0], sizes) : at::upsample_nearest2d(x[0], sizes);
    return axes() == 1 ? at::upsample_linear1d(x[0], sizes, options_.align_corners)
                       : at::upsample_bilinear2d(x[0], sizes, options_.align_corners);
  }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), output_channels()}}}; }
  /// It steps by fractions of a sample, which a window cannot say.
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  void write_onnx(OnnxWriter& to) const override {
    OnnxAttributes attributes{{"mode", options_.mode}};
    if (options_.mode == "nearest") {
      attributes["coordinate_transformation_mode"] = std::string("asymmetric");
      attributes["nearest_mode"] = std::string("floor");
    } else {
      attributes["coordinate_transformation_mode"] =
          std::string(options_.align_corners ? "align_corners" : "half_pixel");
    }
    if (!options_.factor.empty()) {
      std::vector<float> scales = {1, 1};
      for (const int64_t factor : options_.factor) scales.push_back(static_cast<float>(factor));
      to.finish("Resize", {to.input(), "", to.constant("scales", at::tensor(scales))}, std::move(attributes));
      return;
    }
    const auto numbers = [&](const char* name, int64_t value) {
      return to.constant(name, std::vector<int64_t>{value});
    };
    const std::string shape = to.step("shape", "Shape", {to.input()});  // the batch is not known
    const std::string kept = to.step("kept", "Slice", {shape, numbers("from", 0), numbers("to", 2)});
    const std::string sizes =
        to.step("sizes", "Concat", {kept, to.constant("spatial", options_.size)}, {{"axis", int64_t{0}}});
    to.finish("Resize", {to.input(), "", "", sizes}, std::move(attributes));
  }

 private:
  UpsampleOptions options_;
  const std::vector<int64_t>& numbers() const { return options_.size.empty() ? options_.factor : options_.size; }
  size_t axes() const { return numbers().size(); }
  std::vector<int64_t> output_sizes(at::IntArrayRef spatial) const {
    std::vector<int64_t> sizes = numbers();
    if (options_.size.empty())
      for (size_t axis = 0; axis < sizes.size(); ++axis) sizes[axis] *= spatial[axis];
    return sizes;
  }
};

/// Sets `factor` where scales are whole numbers, else `size`.
void take_scales(const OnnxCall& call, const std::vector<double>& scales, UpsampleOptions& options) {
  const Shape& input = call.value().shape();
  check(scales.size() == input.rank(), "{} scales for {} (expected one an axis)", scales.size(), input);
  call.require(scales[0] == 1 && scales[1] == 1, "scales batch or channels by {} and {} (expected 1)", scales[0],
               scales[1]);
  std::vector<int64_t> factor, size;
  bool whole = true;
  for (size_t axis = 2; axis < input.rank(); ++axis) {
    const double wanted = static_cast<double>(input[axis]) * scales[axis];
    call.require(scales[axis] > 0 && wanted < INT32_MAX && std::abs(wanted - std::round(wanted)) < 1e-3,
                 "scales {} samples by {} (expected a whole number of samples)", input[axis], scales[axis]);
    whole = whole && scales[axis] == std::round(scales[axis]);
    factor.push_back(std::llround(scales[axis]));
    // Runtimes take the floor of a product in float32; where that is not the whole number, they differ.
    const float samples = static_cast<float>(input[axis]) * static_cast<float>(scales[axis]);
    call.require(std::floor(samples) == static_cast<float>(std::round(wanted)),
                 "scales {} samples by {} (expected a whole number of samples)", input[axis], scales[axis]);
    size.push_back(std::llround(wanted));
  }
  (whole ? options.factor : options.size) = whole ? factor : size;
}

/// Sets `factor` where the sizes are multiples of the input's, else `size`.
void take_sizes(const OnnxCall& call, const std::vector<int64_t>& sizes, UpsampleOptions& options) {
  const Shape& input = call.value().shape();
  check(sizes.size() == input.rank(), "{} sizes for {} (expected one an axis)", sizes.size(), input);
  call.require(sizes[0] == 1 && sizes[1] == input[1],
               "makes [{}, {}, ...] of {} (expected the batch and the channels as they are)", sizes[0], sizes[1],
               input);
  bool whole = true;
  for (size_t axis = 2; axis < input.rank(); ++axis) {
    whole = whole && sizes[axis] % input[axis] == 0;
    options.size.push_back(sizes[axis]);
    options.factor.push_back(sizes[axis] / input[axis]);
  }
  (whole ? options.size : options.factor).clear();
}

/// LibTorch takes sample floor(i · (in / out)), the specification floor(i / (out / in)), both in float32: they may
/// differ by one.
void check_nearest(const OnnxCall& call, const UpsampleOptions& options) {
  const Shape& input = call.value().shape();
  for (size_t axis = 0; axis < options.size.size(); ++axis) {
    const int64_t in = input[axis + 2], out = options.size[axis];
    const float step = static_cast<float>(in) / static_cast<float>(out),
                scale = static_cast<float>(out) / static_cast<float>(in);
    for (int64_t i = 0; i < out; ++i)
      call.require(std::floor(static_cast<float>(i) * step) == std::floor(static_cast<float>(i) / scale),
                   "nearest from {} samples to {}, where runtimes differ in sample {} (expected a whole factor)", in,
                   out, i);
  }
}

/// PyTorch's coordinates, or a sentence that says which were wanted.
void take_mode(const OnnxCall& call, UpsampleOptions& options) {
  const bool upsample = call.node().type == "Upsample" || call.opset() < 11;
  const std::string mode = call.word("mode", "nearest");
  const std::string where = upsample ? "asymmetric" : call.word("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = upsample ? "floor" : call.word("nearest_mode", "round_prefer_floor");
  const bool half = where == "half_pixel" || where == "pytorch_half_pixel";
  options.mode = mode;
  if (mode == "nearest") {  // with whole factors, rounding at half pixels gives the same copies
    const bool same = half && rounding.rfind("round", 0) == 0 && !options.factor.empty();
    call.require(same || (where == "asymmetric" && rounding == "floor"),
                 "nearest with '{}' coordinates and '{}' (expected asymmetric and floor)", where, rounding);
    check_nearest(call, options);
    return;
  }
  call.require(mode == "linear", "mode '{}' (expected nearest or linear)", mode);
  call.require(half || where == "align_corners", "linear with '{}' coordinates (expected half_pixel or align_corners)",
               where);
  options.align_corners = where == "align_corners";
  for (size_t i = 0; i < options.size.size(); ++i)  // there ONNX takes the first sample, and PyTorch itself the middle
    call.require(where != "pytorch_half_pixel" || options.size[i] > 1 || call.value().shape()[i + 2] == 1,
                 "linear to one sample with 'pytorch_half_pixel' coordinates (expected half_pixel)");
}

Value read(OnnxCall& call) {
  const bool old = call.node().type == "Upsample" || call.opset() < 11;  // before roi and sizes were inputs
  const size_t scales = old ? 1 : 2;
  UpsampleOptions options;
  for (const char* setting : {"antialias", "exclude_outside"})
    call.require(call.integer(setting, 0) == 0, "{} (expected none)", setting);
  for (const char* setting : {"cubic_coeff_a", "extrapolation_value"})
    call.ignore(setting);  // of modes that are refused
  if (!old) call.has(1);   // a region of interest: likewise
  call.require(!call.has_attribute("axes"), "axes (expected a scale or size for every axis)");
  call.require(call.word("keep_aspect_ratio_policy", "stretch") == "stretch",
               "keep_aspect_ratio_policy (expected stretch)");
  if (!old && has_content(call, 3)) {
    take_sizes(call, call.integers(3), options);
  } else {
    const Tensor given = call.constant(scales).to(at::kDouble).flatten().contiguous();
    take_scales(call, {given.const_data_ptr<double>(), given.const_data_ptr<double>() + given.numel()}, options);
  }
  take_mode(call, options);
  return call.add(std::make_shared<Upsample>(std::move(options)), {call.value()});
}

}  // namespace

Value upsample(Value x, std::string name, const UpsampleOptions& options) {
  UpsampleOptions each = options;
  if (each.factor.size() == 1) each.factor.assign(x.shape().spatial(), options.factor[0]);
  return x.builder->add(std::move(name), std::make_shared<Upsample>(std::move(each)), {x});
}

OpPtr make_upsample(const Attributes& settings) {
  const bool by_factor = settings.values().find("factor") != settings.values().end();
  UpsampleOptions options;
  (by_factor ? options.factor : options.size) = settings.list(by_factor ? "factor" : "size");
  options.mode = settings.word("mode");
  options.align_corners = settings.flag("align_corners");
  return std::make_shared<Upsample>(std::move(options));
}

std::vector<OpSample> samples_upsample() {
  const auto sample = [](std::string label, Shape input, UpsampleOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [options](const std::vector<Value>& x) {
                      return upsample(x[0], "op", options);
                    }};
  };
  return {sample("nearest_1d", {3, 4}, {.factor = {3}}),
          sample("nearest_size_2d", {2, 3, 4}, {.size = {5, 6}}),
          sample("linear_1d", {3, 4}, {.factor = {2}, .mode = "linear"}),
          sample("linear_size_1d", {3, 4}, {.size = {7}, .mode = "linear"}),
          sample("linear_2d", {2, 3, 4}, {.factor = {2, 3}, .mode = "linear"}),
          sample("corners_2d", {2, 3, 4}, {.size = {5, 6}, .mode = "linear", .align_corners = true})};
}

std::vector<OnnxRule> onnx_upsample() {
  return {{"Resize", [](OnnxCall& call) { return std::vector{read(call)}; }},
          {"Upsample", [](OnnxCall& call) { return std::vector{read(call)}; }}};
}

}  // namespace lathe
