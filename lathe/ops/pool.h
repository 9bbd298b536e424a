/// What max and average pooling share: all but the arithmetic.
#pragma once

#include "lathe/ops/op_registry.h"
#include "lathe/ops/sliding.h"

namespace lathe {

class Pool : public Op {
 public:
  Pool(Sliding sliding, std::vector<int64_t> kernel, std::string_view kind)
      : sliding_(std::move(sliding)), kernel_(std::move(kernel)) {
    sliding_.check_settings(kind);
    check(kernel_.size() == sliding_.axes(), "{}: {} kernel sizes do not go with {} strides", kind, kernel_.size(),
          sliding_.axes());
    const std::vector<int64_t> even = sliding_.even_part();
    for (size_t axis = 0; axis < kernel_.size(); ++axis) {
      const int64_t size = kernel_[axis];
      check(size >= 1, "{}: kernel {} (expected at least 1)", kind, size);
      check(sliding_.padding[axis] < size && sliding_.padding[axis + kernel_.size()] < size && even[axis] <= size / 2,
            "{}: padding [{}] is too much for a kernel of {}; a window must see more than padding", kind,
            fmt::join(sliding_.padding, ", "), size);
    }
  }
  Attributes attributes() const override {
    return {{"kernel", kernel_}, {"stride", sliding_.stride}, {"padding", sliding_.padding}};
  }
  Shape shape(const Inputs& in) const override { return sliding_.shape(in[0], in[0][1], kernel_, kind()); }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), output_channels()}}}; }
  std::optional<Window> window(const Inputs&) const override { return sliding_.window(kernel_); }

 protected:
  const Sliding& sliding() const { return sliding_; }
  const std::vector<int64_t>& kernel() const { return kernel_; }

 private:
  Sliding sliding_;
  std::vector<int64_t> kernel_;
};

template <class Op>
OpPtr make_pool(const Attributes& settings) {
  const std::vector<int64_t>& stride = settings.list("stride");
  return std::make_shared<Op>(Sliding{stride, std::vector<int64_t>(stride.size(), 1), settings.list("padding")},
                              settings.list("kernel"));
}

template <class Op>
OpPtr pool_from_onnx(OnnxCall& call) {
  const std::vector<int64_t> kernel = call.list("kernel_shape");
  call.require(call.integer("ceil_mode", 0) == 0, "ceil_mode");
  call.require(call.integer("storage_order", 0) == 0, "storage_order");
  Sliding sliding = Sliding::from_onnx(call, kernel);
  for (const int64_t step : sliding.dilation) call.require(step == 1, "dilation {} (expected 1)", step);
  return std::make_shared<Op>(std::move(sliding), kernel);
}

template <class Op>
Value add_pool(Value x, std::string name, const PoolOptions& options, std::string_view kind) {
  const size_t axes = x.shape().spatial();
  const std::string where = fmt::format("{} '{}'", kind, name);
  Attributes settings{{"kernel", options.kernel.spread(axes, where + ": kernel")},
                      {"stride", options.stride.spread(axes, where + ": stride")},
                      {"padding", Sliding::both_sides(options.padding, axes, where)}};
  return x.builder->add(std::move(name), make_pool<Op>(settings), {x});
}

inline std::vector<OpSample> pool_samples(Value (*pool)(Value, std::string, const PoolOptions&)) {
  const auto sample = [pool](std::string label, Shape input, PoolOptions options) {
    return OpSample{std::move(label), {std::move(input)}, [pool, options](const std::vector<Value>& x) {
                      return pool(x[0], "op", options);
                    }};
  };
  return {sample("1d", {3, 9}, {.kernel = 2, .stride = 2}),
          sample("padded_1d", {3, 9}, {.kernel = 4, .stride = 2, .padding = {1}}),
          sample("uneven_2d", {2, 6, 5}, {.kernel = {3, 2}, .stride = {2, 1}, .padding = {0, 1, 1, 0}})};
}

}  // namespace lathe
