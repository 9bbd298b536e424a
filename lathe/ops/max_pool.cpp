/// The largest value of each window; padding never wins.
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>

#include <limits>

#include "lathe/ops/pool.h"

namespace lathe {
namespace {

class MaxPool final : public Pool {
 public:
  MaxPool(Sliding sliding, std::vector<int64_t> kernel, bool ceil)
      : Pool(std::move(sliding), std::move(kernel), ceil, "max_pool") {}
  std::string_view kind() const override { return "max_pool"; }
  Attributes attributes() const override {
    Attributes settings = Pool::attributes();
    settings.set("dilation", sliding().dilation);
    return settings;
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    if (even_padding()) return pooled(x[0], sliding().even_part(), ceil());
    const Sliding whole = sliding_on(Shape(x[0].sizes().vec()));
    return pooled(whole.pad_whole(x[0], -std::numeric_limits<double>::infinity()),
                  std::vector<int64_t>(whole.axes(), 0), false);
  }
  void write_onnx(OnnxWriter& to) const override { to.finish("MaxPool", to.inputs(), onnx_attributes(to)); }

 private:
  Tensor pooled(const Tensor& x, const std::vector<int64_t>& padding, bool partial) const {
    const auto pool = sliding().axes() == 1 ? at::max_pool1d : at::max_pool2d;
    return pool(x, kernel(), sliding().stride, padding, sliding().dilation, partial);
  }
};

}  // namespace

OpPtr make_max_pool(const Attributes& settings) {
  return std::make_shared<MaxPool>(sliding_of(settings), settings.list("kernel"), flag_or(settings, "ceil", false));
}

Value max_pool(Value x, std::string name, const PoolOptions& options) {
  const Attributes settings = pool_settings(x, options, "max_pool '" + name + "'");
  return x.builder->add(std::move(name), make_max_pool(settings), {x});
}

std::vector<OpSample> samples_max_pool() {
  std::vector<OpSample> samples = pool_samples(max_pool);
  samples.push_back(
      pool_sample(max_pool, "dilated_1d", {3, 9}, {.kernel = 2, .stride = 2, .padding = {1}, .dilation = 3}));
  return samples;
}

std::vector<OnnxRule> onnx_max_pool() {
  return {{"MaxPool", [](OnnxCall& call) {
             const std::vector<std::string>& outputs = call.node().outputs;
             call.require(outputs.size() == 1 || outputs[1].empty(), "gives its indices out");
             return std::vector{call.add(make_max_pool(pool_settings(call)), {call.value()})};
           }}};
}

}  // namespace lathe
