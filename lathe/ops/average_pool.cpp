/// The mean of each window; whether padded zeros count in it is a setting, as in torch.nn.AvgPool.
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/ones.h>

#include "lathe/ops/pool.h"

namespace lathe {
namespace {

class AveragePool final : public Pool {
 public:
  AveragePool(Sliding sliding, std::vector<int64_t> kernel, bool ceil, bool count_include_pad)
      : Pool(std::move(sliding), std::move(kernel), ceil, "average_pool"), count_include_pad_(count_include_pad) {
    for (const int64_t step : this->sliding().dilation)
      if (step != 1) fail_as(ExitCode::unsupported, "average_pool: dilation {} (expected 1)", step);
  }
  std::string_view kind() const override { return "average_pool"; }
  Attributes attributes() const override {
    Attributes settings = Pool::attributes();
    settings.set("count_include_pad", count_include_pad_);
    return settings;
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    const std::vector<int64_t> none(sliding().axes(), 0);
    if (even_padding()) return pooled(x[0], sliding().even_part(), ceil());
    const Sliding whole = sliding_on(Shape(x[0].sizes().vec()));
    const Tensor means = pooled(whole.pad_whole(x[0], 0), none, false);
    if (count_include_pad_ && !ceil()) return means;
    return means.div(pooled(what_counts(x[0], whole), none, false));  // the share of each window that counts
  }
  void write_onnx(OnnxWriter& to) const override {
    OnnxAttributes attributes = onnx_attributes(to);
    attributes.erase("dilations");  // until opset 19 it has none
    attributes["count_include_pad"] = int64_t{count_include_pad_ ? 1 : 0};
    to.finish("AveragePool", to.inputs(), std::move(attributes));
  }

 private:
  bool count_include_pad_;

  Tensor pooled(const Tensor& x, const std::vector<int64_t>& padding, bool partial) const {
    return sliding().axes() == 1 ? at::avg_pool1d(x, kernel(), sliding().stride, padding, partial, count_include_pad_)
                                 : at::avg_pool2d(x, kernel(), sliding().stride, padding, partial, count_include_pad_);
  }
  /// One where a sample counts, zero elsewhere: [1, 1, ...], padded as far as `whole` pads.
  Tensor what_counts(const Tensor& x, const Sliding& whole) const {
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes[0] = sizes[1] = 1;
    Sliding behind = whole;
    for (size_t side = 0; side < behind.padding.size(); ++side) behind.padding[side] -= sliding().padding[side];
    const Tensor padded = sliding().pad_whole(at::ones(sizes, x.options()), count_include_pad_ ? 1 : 0);
    return behind.pad_whole(padded, 0);
  }
};

}  // namespace

OpPtr make_average_pool(const Attributes& settings) {
  return std::make_shared<AveragePool>(sliding_of(settings), settings.list("kernel"), flag_or(settings, "ceil", false),
                                       flag_or(settings, "count_include_pad", true));
}

Value average_pool(Value x, std::string name, const PoolOptions& options) {
  Attributes settings = pool_settings(x, options, "average_pool '" + name + "'");
  settings.set("count_include_pad", options.count_include_pad);
  return x.builder->add(std::move(name), make_average_pool(settings), {x});
}

std::vector<OpSample> samples_average_pool() {
  std::vector<OpSample> samples = pool_samples(average_pool);
  samples.push_back(pool_sample(average_pool, "uncounted_1d", {3, 9},
                                {.kernel = 4, .stride = 2, .padding = {1}, .count_include_pad = false}));
  samples.push_back(pool_sample(average_pool, "uncounted_uneven_2d", {2, 6, 5},
                                {.kernel = 3, .stride = 2, .padding = {0, 1, 1, 0}, .count_include_pad = false}));
  return samples;
}

std::vector<OnnxRule> onnx_average_pool() {
  return {{"AveragePool", [](OnnxCall& call) {
             Attributes settings = pool_settings(call);
             settings.set("count_include_pad", call.integer("count_include_pad", 0) != 0);
             return std::vector{call.add(make_average_pool(settings), {call.value()})};
           }}};
}

}  // namespace lathe
