#include "lathe/ops/sliding.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/pad.h>

#include <algorithm>

namespace lathe {

std::vector<int64_t> Sizes::spread(size_t axes, std::string_view what) const {
  if (values.size() == axes) return values;
  check(values.size() == 1, "{} has {} sizes (expected 1 or {})", what, values.size(), axes);
  return std::vector<int64_t>(axes, values[0]);
}

constexpr int64_t kLargest = int64_t{1} << 24;  // keeps sums of sizes far from overflow

static void check_range(const std::vector<int64_t>& values, int64_t least, std::string_view op, std::string_view what) {
  for (const int64_t value : values)
    check(value >= least && value <= kLargest, "{}: {} {} (expected {} to {})", op, what, value, least, kLargest);
}

void Sliding::check_settings(std::string_view op) const {
  check(axes() == 1 || axes() == 2, "{}: {} strides (expected 1 or 2)", op, axes());
  check(dilation.size() == axes() && padding.size() == 2 * axes(),
        "{}: {} strides do not go with {} dilations and {} paddings (expected {} and {})", op, axes(), dilation.size(),
        padding.size(), axes(), 2 * axes());
  check_range(stride, 1, op, "stride");
  check_range(dilation, 1, op, "dilation");
  check_range(padding, 0, op, "padding");
}

std::vector<int64_t> Sliding::both_sides(const std::vector<int64_t>& given, size_t axes, std::string_view op) {
  if (given.empty()) return std::vector<int64_t>(2 * axes, 0);
  std::vector<int64_t> sides = given;
  if (given.size() == axes) sides.insert(sides.end(), given.begin(), given.end());
  check(sides.size() == 2 * axes, "{}: padding has {} sizes (expected {} or {})", op, given.size(), axes, 2 * axes);
  return sides;
}

std::vector<int64_t> Sliding::same(const std::vector<int64_t>& kernel, const std::vector<int64_t>& dilation) {
  std::vector<int64_t> sides(2 * kernel.size());
  for (size_t axis = 0; axis < kernel.size(); ++axis) {
    const int64_t total = dilation[axis] * (kernel[axis] - 1);
    sides[axis] = total / 2;
    sides[axis + kernel.size()] = total - total / 2;
  }
  return sides;
}

void Sliding::check_mode(const std::string& mode, std::string_view op) {
  check(mode == "zeros" || mode == "circular", "{}: unknown padding mode '{}'; known: circular, zeros", op, mode);
}

void Sliding::check_circular(const Shape& input, std::string_view op) const {
  for (size_t side = 0; side < padding.size(); ++side)
    check(padding[side] <= input[2 + side % axes()],
          "{}: circular padding {} goes around more than once (the input is {})", op, padding[side], input);
}

Shape Sliding::shape(const Shape& input, int64_t channels, const std::vector<int64_t>& kernel,
                     std::string_view op) const {
  check(input.spatial() == axes(), "{}: input {} has {} spatial axes (expected {})", op, input, input.spatial(),
        axes());
  std::vector<int64_t> sizes = {input[0], channels};
  for (size_t axis = 0; axis < axes(); ++axis) {
    const int64_t padded = input[axis + 2] + padding[axis] + padding[axis + axes()];
    const int64_t reach = dilation[axis] * (kernel[axis] - 1) + 1;
    check(padded >= reach, "{}: a kernel that reaches over {} samples does not fit into {} (padding included)", op,
          reach, padded);
    sizes.push_back((padded - reach) / stride[axis] + 1);
  }
  return Shape(std::move(sizes));
}

Sliding Sliding::with_partial_window(const Shape& input, const std::vector<int64_t>& kernel) const {
  Sliding wider = *this;
  for (size_t axis = 0; axis < axes() && axis + 2 < input.rank(); ++axis) {
    const int64_t size = input[axis + 2], begin = padding[axis], step = stride[axis];
    const int64_t reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const int64_t left_over = size + begin + padding[axis + axes()] - reach;
    if (left_over < 0 || left_over % step == 0) continue;
    const int64_t start = (left_over / step + 1) * step;  // of the partial window, in the padded input
    if (start < size + begin) wider.padding[axis + axes()] = start + reach - size - begin;
  }
  return wider;
}

Window Sliding::window(const std::vector<int64_t>& kernel) const {
  Window window{{}, stride};
  window.before.assign(padding.begin(), padding.begin() + static_cast<std::ptrdiff_t>(axes()));
  for (size_t axis = 0; axis < axes(); ++axis) window.size.push_back(dilation[axis] * (kernel[axis] - 1) + 1);
  return window;
}

std::vector<int64_t> Sliding::even_part() const {
  std::vector<int64_t> even(axes());
  for (size_t axis = 0; axis < axes(); ++axis) even[axis] = std::min(padding[axis], padding[axis + axes()]);
  return even;
}

std::vector<int64_t> last_axis_first(const std::vector<int64_t>& sides) {
  const size_t axes = sides.size() / 2;
  std::vector<int64_t> pads;
  for (size_t axis = axes; axis-- > 0;) {
    pads.push_back(sides[axis]);
    pads.push_back(sides[axis + axes]);
  }
  return pads;
}

Tensor Sliding::pad_uneven(const Tensor& x, double value) const {
  std::vector<int64_t> rest = padding;
  const std::vector<int64_t> even = even_part();
  for (size_t side = 0; side < rest.size(); ++side) rest[side] -= even[side % axes()];
  if (std::all_of(rest.begin(), rest.end(), [](int64_t size) { return size == 0; })) return x;
  return at::constant_pad_nd(x, last_axis_first(rest), value);
}

Tensor Sliding::pad_whole(const Tensor& x, double value) const {
  return at::constant_pad_nd(x, last_axis_first(padding), value);
}

Tensor Sliding::pad_circular(const Tensor& x) const {
  return at::pad(x, last_axis_first(padding), "circular");
}

Sliding::Padded Sliding::padded(const Tensor& x, bool circular) const {
  if (circular) return {pad_circular(x), std::vector<int64_t>(axes(), 0)};
  return {pad_uneven(x, 0), even_part()};
}

std::string write_circular_padding(OnnxWriter& to, const std::vector<int64_t>& padding) {
  std::string name = to.input();
  const size_t axes = padding.size() / 2;
  for (size_t axis = 0; axis < axes; ++axis) {
    const std::string stem = "wrap" + std::to_string(axis);
    const std::string place = to.constant(stem + ".axis", std::vector<int64_t>{static_cast<int64_t>(axis) + 2});
    const auto part = [&](std::string_view side, int64_t from, int64_t end) {
      const std::string prefix = stem + "." + std::string(side);
      return to.step(prefix, "Slice",
                     {name, to.constant(prefix + ".from", std::vector<int64_t>{from}),
                      to.constant(prefix + ".to", std::vector<int64_t>{end}), place});
    };
    std::vector<std::string> parts = {name};
    if (padding[axis] > 0) parts.insert(parts.begin(), part("front", -padding[axis], INT64_MAX));
    if (padding[axis + axes] > 0) parts.push_back(part("back", 0, padding[axis + axes]));
    if (parts.size() > 1) name = to.step(stem, "Concat", parts, {{"axis", static_cast<int64_t>(axis) + 2}});
  }
  return name;
}

OnnxAttributes Sliding::onnx_attributes(const std::vector<int64_t>& kernel) const {
  return {{"kernel_shape", kernel}, {"strides", stride}, {"dilations", dilation}, {"pads", padding}};
}

void check_onnx_kernel(const OnnxCall& call, const std::vector<int64_t>& kernel) {
  const std::vector<int64_t> said = call.list("kernel_shape", kernel);
  check(said == kernel, "kernel_shape [{}] beside a weight with [{}]", fmt::join(said, ", "), fmt::join(kernel, ", "));
}

Sliding Sliding::from_onnx(const OnnxCall& call, const std::vector<int64_t>& kernel) {
  const size_t axes = kernel.size();
  const Shape& input = call.value().shape();
  call.require((axes == 1 || axes == 2) && input.spatial() == axes,
               "a kernel of {} spatial axes on {} (expected one axis or two)", axes, input);
  const std::vector<int64_t> ones(axes, 1);
  Sliding sliding{call.list("strides", ones), call.list("dilations", ones), {}};
  const std::string mode = call.word("auto_pad", "NOTSET");
  check(sliding.stride.size() == axes && sliding.dilation.size() == axes,
        "{} strides and {} dilations (expected {}, one an axis)", sliding.stride.size(), sliding.dilation.size(), axes);
  const std::vector<int64_t> none(2 * axes, 0), pads = call.list("pads", none);
  check_range(kernel, 1, "sliding window", "kernel");
  if (mode == "NOTSET" || mode == "VALID") {
    sliding.padding = mode == "VALID" ? none : pads;
    return sliding;
  }
  call.require(mode == "SAME_UPPER" || mode == "SAME_LOWER", "auto_pad '{}'", mode);
  for (const int64_t step : sliding.stride) check(step >= 1, "stride {} (expected at least 1)", step);
  sliding.padding.assign(2 * axes, 0);
  for (size_t axis = 0; axis < axes; ++axis) {  // so that the output has input / stride samples, rounded up
    const int64_t size = input[axis + 2], step = sliding.stride[axis];
    const int64_t reach = sliding.dilation[axis] * (kernel[axis] - 1) + 1;
    const int64_t total = std::max<int64_t>(0, ((size + step - 1) / step - 1) * step + reach - size);
    const int64_t more = total - total / 2;
    sliding.padding[axis] = mode == "SAME_UPPER" ? total / 2 : more;
    sliding.padding[axis + axes] = total - sliding.padding[axis];
  }
  return sliding;
}

}  // namespace lathe
