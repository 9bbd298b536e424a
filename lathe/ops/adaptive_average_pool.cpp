/// Means over a given number of bins, whatever the length: PyTorch's bins, which overlap where the length does not
/// divide.
#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class AdaptiveAveragePool final : public Op {
 public:
  explicit AdaptiveAveragePool(std::vector<int64_t> bins) : bins_(std::move(bins)) {
    check(bins_.size() == 1 || bins_.size() == 2, "adaptive_average_pool: {} numbers of bins (expected 1 or 2)",
          bins_.size());
    for (const int64_t count : bins_)
      check(count >= 1 && count <= INT32_MAX, "adaptive_average_pool: {} bins (expected at least 1)", count);
  }
  std::string_view kind() const override { return "adaptive_average_pool"; }
  Attributes attributes() const override { return {{"bins", bins_}}; }
  Shape shape(const Inputs& in) const override {
    check(in[0].spatial() == bins_.size(), "adaptive_average_pool: input {} (expected {} spatial axes)", in[0],
          bins_.size());
    std::vector<int64_t> sizes = {in[0][0], in[0][1]};
    sizes.insert(sizes.end(), bins_.begin(), bins_.end());
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return bins_.size() == 1 ? at::adaptive_avg_pool1d(x[0], bins_) : at::adaptive_avg_pool2d(x[0], bins_);
  }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), output_channels()}}}; }
  int64_t elementwise_work(const Inputs& in, const Shape&) const override { return in[0].with(0, 1).count(); }
  std::optional<Window> window(const Inputs& in) const override {
    if (!divides(in[0])) return Window{{}, {}, true};
    return Window{bin_sizes(in[0]), bin_sizes(in[0])};
  }
  void write_onnx(OnnxWriter& to) const override {
    const Shape& input = to.in()[0];
    if (!divides(input))
      fail_as(ExitCode::unsupported,
              "adaptive_average_pool: {} does not divide into [{}] equal bins, and ONNX has no other; choose bins that "
              "divide it",
              input, fmt::join(bins_, ", "));
    to.finish("AveragePool", to.inputs(), {{"kernel_shape", bin_sizes(input)}, {"strides", bin_sizes(input)}});
  }

 private:
  std::vector<int64_t> bins_;
  bool divides(const Shape& input) const {
    for (size_t axis = 0; axis < bins_.size(); ++axis)
      if (input[axis + 2] % bins_[axis] != 0) return false;
    return true;
  }
  std::vector<int64_t> bin_sizes(const Shape& input) const {
    std::vector<int64_t> sizes;
    for (size_t axis = 0; axis < bins_.size(); ++axis) sizes.push_back(input[axis + 2] / bins_[axis]);
    return sizes;
  }
};

}  // namespace

Value adaptive_average_pool(Value x, std::string name, const Sizes& bins) {
  auto each = bins.spread(x.shape().spatial(), "adaptive_average_pool '" + name + "': bins");
  return x.builder->add(std::move(name), std::make_shared<AdaptiveAveragePool>(std::move(each)), {x});
}

OpPtr make_adaptive_average_pool(const Attributes& settings) {
  return std::make_shared<AdaptiveAveragePool>(settings.list("bins"));
}

std::vector<OpSample> samples_adaptive_average_pool() {
  return {{"equal_1d", {{3, 8}}, [](const auto& x) { return adaptive_average_pool(x[0], "op", 4); }},
          {"overlapping_1d", {{3, 7}}, [](const auto& x) { return adaptive_average_pool(x[0], "op", 3); }},
          {"more_bins_than_samples_1d", {{2, 2}}, [](const auto& x) { return adaptive_average_pool(x[0], "op", 5); }},
          {"2d", {{2, 4, 6}}, [](const auto& x) { return adaptive_average_pool(x[0], "op", {2, 3}); }},
          {"overlapping_2d", {{2, 5, 4}}, [](const auto& x) { return adaptive_average_pool(x[0], "op", {3, 1}); }}};
}

std::vector<OnnxRule> onnx_adaptive_average_pool() {
  return {};
}

}  // namespace lathe
