/// The largest value of each window; padding never wins.
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>

#include <limits>

#include "lathe/ops/pool.h"

namespace lathe {
namespace {

class MaxPool final : public Pool {
 public:
  MaxPool(Sliding sliding, std::vector<int64_t> kernel) : Pool(std::move(sliding), std::move(kernel), "max_pool") {}
  std::string_view kind() const override { return "max_pool"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    const Tensor padded = sliding().pad_uneven(x[0], -std::numeric_limits<double>::infinity());
    return sliding().axes() == 1 ? at::max_pool1d(padded, kernel(), sliding().stride, sliding().even_part())
                                 : at::max_pool2d(padded, kernel(), sliding().stride, sliding().even_part());
  }
  void write_onnx(OnnxWriter& to) const override {
    to.finish("MaxPool", to.inputs(), sliding().onnx_attributes(kernel()));
  }
};

}  // namespace

Value max_pool(Value x, std::string name, const PoolOptions& options) {
  return add_pool<MaxPool>(x, std::move(name), options, "max_pool");
}

OpPtr make_max_pool(const Attributes& settings) {
  return make_pool<MaxPool>(settings);
}

std::vector<OpSample> samples_max_pool() {
  return pool_samples(max_pool);
}

std::vector<OnnxRule> onnx_max_pool() {
  return {{"MaxPool", [](OnnxCall& call) {
             call.require(call.node().outputs.size() == 1, "gives its indices out");
             return std::vector{call.add(pool_from_onnx<MaxPool>(call), {call.value()})};
           }}};
}

}  // namespace lathe
