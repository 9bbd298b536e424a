/// What max and average pooling share: all but the arithmetic.
#pragma once

#include "lathe/ops/op_registry.h"
#include "lathe/ops/sliding.h"

namespace lathe {

constexpr int64_t kLargestKernel = int64_t{1} << 24;  // keeps sums of sizes far from overflow

class Pool : public Op {
 public:
  /// `ceil`: a last window that is only partly filled counts too, PyTorch's ceil_mode.
  Pool(Sliding sliding, std::vector<int64_t> kernel, bool ceil, std::string_view kind)
      : sliding_(std::move(sliding)), kernel_(std::move(kernel)), ceil_(ceil) {
    sliding_.check_settings(kind);
    check(kernel_.size() == sliding_.axes(), "{}: {} kernel sizes do not go with {} strides", kind, kernel_.size(),
          sliding_.axes());
    const std::vector<int64_t> even = sliding_.even_part();
    for (size_t axis = 0; axis < kernel_.size(); ++axis) {
      const int64_t size = kernel_[axis];
      check(size >= 1 && size <= kLargestKernel, "{}: kernel {} (expected 1 to {})", kind, size, kLargestKernel);
      check(sliding_.padding[axis] < size && sliding_.padding[axis + kernel_.size()] < size && even[axis] <= size / 2,
            "{}: padding [{}] is too much for a kernel of {}; a window must see more than padding", kind,
            fmt::join(sliding_.padding, ", "), size);
    }
  }
  Attributes attributes() const override {
    return {{"kernel", kernel_}, {"stride", sliding_.stride}, {"padding", sliding_.padding}, {"ceil", ceil_}};
  }
  Shape shape(const Inputs& in) const override {
    return sliding_on(in[0]).shape(in[0], in[0].rank() < 2 ? 0 : in[0][1], kernel_, kind());
  }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), output_channels()}}}; }
  int64_t elementwise_work(const Inputs& in, const Shape&) const override { return in[0].with(0, 1).count(); }
  std::optional<Window> window(const Inputs&) const override { return sliding_.window(kernel_); }

 protected:
  const Sliding& sliding() const { return sliding_; }
  /// The windows as they lie on this input: with the padding that a partly filled last window needs.
  Sliding sliding_on(const Shape& input) const {
    return ceil_ ? sliding_.with_partial_window(input, kernel_) : sliding_;
  }
  const std::vector<int64_t>& kernel() const { return kernel_; }
  bool ceil() const { return ceil_; }
  /// True when LibTorch can pad: the same on both sides.
  bool even_padding() const {
    const size_t axes = sliding_.axes();
    for (size_t axis = 0; axis < axes; ++axis)
      if (sliding_.padding[axis] != sliding_.padding[axis + axes]) return false;
    return true;
  }
  /// ceil_mode is said only where it matters: the specification's versions differ in windows that begin in the padding.
  OnnxAttributes onnx_attributes(const OnnxWriter& to) const {
    OnnxAttributes attributes = sliding_.onnx_attributes(kernel_);
    if (sliding_on(to.in()[0]).padding != sliding_.padding) attributes["ceil_mode"] = int64_t{1};
    return attributes;
  }

 private:
  Sliding sliding_;
  std::vector<int64_t> kernel_;
  bool ceil_;
};

/// A setting that files written by earlier versions lack.
inline bool flag_or(const Attributes& settings, std::string_view name, bool without) {
  return settings.values().find(name) == settings.values().end() ? without : settings.flag(name);
}

inline Sliding sliding_of(const Attributes& settings) {
  const std::vector<int64_t>& stride = settings.list("stride");
  const bool dilated = settings.values().find("dilation") != settings.values().end();
  return {stride, dilated ? settings.list("dilation") : std::vector<int64_t>(stride.size(), 1),
          settings.list("padding")};
}

/// What both kinds of pooling read from ONNX in the same way.
inline Attributes pool_settings(OnnxCall& call) {
  const std::vector<int64_t> kernel = call.list("kernel_shape");
  call.require(call.integer("storage_order", 0) == 0, "storage_order");
  const Sliding sliding = Sliding::from_onnx(call, kernel);
  return {{"kernel", kernel},
          {"stride", sliding.stride},
          {"dilation", sliding.dilation},
          {"padding", sliding.padding},
          {"ceil", call.integer("ceil_mode", 0) != 0}};
}

inline Attributes pool_settings(Value x, const PoolOptions& options, const std::string& where) {
  const size_t axes = x.shape().spatial();
  return {{"kernel", options.kernel.spread(axes, where + ": kernel")},
          {"stride", options.stride.spread(axes, where + ": stride")},
          {"dilation", options.dilation.spread(axes, where + ": dilation")},
          {"padding", Sliding::both_sides(options.padding, axes, where)},
          {"ceil", options.ceil}};
}

inline OpSample pool_sample(Value (*pool)(Value, std::string, const PoolOptions&), std::string label, Shape input,
                            PoolOptions options) {
  return {std::move(label), {std::move(input)}, [pool, options](const std::vector<Value>& x) {
            return pool(x[0], "op", options);
          }};
}

inline std::vector<OpSample> pool_samples(Value (*pool)(Value, std::string, const PoolOptions&)) {
  return {pool_sample(pool, "1d", {3, 9}, {.kernel = 2, .stride = 2}),
          pool_sample(pool, "padded_1d", {3, 9}, {.kernel = 4, .stride = 2, .padding = {1}}),
          pool_sample(pool, "uneven_2d", {2, 6, 5}, {.kernel = {3, 2}, .stride = {2, 1}, .padding = {0, 1, 1, 0}}),
          pool_sample(pool, "ceil_1d", {3, 8}, {.kernel = 3, .stride = 2, .ceil = true}),
          pool_sample(pool, "ceil_padded_2d", {2, 6, 5}, {.kernel = 2, .stride = 3, .padding = {1, 1}, .ceil = true}),
          pool_sample(pool, "ceil_uneven_1d", {3, 8}, {.kernel = 4, .stride = 3, .padding = {0, 1}, .ceil = true})};
}

}  // namespace lathe
