/// The mean of each window; padded zeros count, as torch.nn.AvgPool has it by default.
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>

#include <algorithm>

#include "lathe/ops/pool.h"

namespace lathe {
namespace {

class AveragePool final : public Pool {
 public:
  AveragePool(Sliding sliding, std::vector<int64_t> kernel)
      : Pool(std::move(sliding), std::move(kernel), "average_pool") {}
  std::string_view kind() const override { return "average_pool"; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    const Tensor padded = sliding().pad_uneven(x[0], 0);
    return sliding().axes() == 1 ? at::avg_pool1d(padded, kernel(), sliding().stride, sliding().even_part())
                                 : at::avg_pool2d(padded, kernel(), sliding().stride, sliding().even_part());
  }
  void write_onnx(OnnxWriter& to) const override {
    OnnxAttributes attributes = sliding().onnx_attributes(kernel());
    attributes.erase("dilations");  // until opset 19 it has none
    attributes["count_include_pad"] = int64_t{1};
    to.finish("AveragePool", to.inputs(), std::move(attributes));
  }
};

}  // namespace

Value average_pool(Value x, std::string name, const PoolOptions& options) {
  return add_pool<AveragePool>(x, std::move(name), options, "average_pool");
}

OpPtr make_average_pool(const Attributes& settings) {
  return make_pool<AveragePool>(settings);
}

std::vector<OpSample> samples_average_pool() {
  return pool_samples(average_pool);
}

std::vector<OnnxRule> onnx_average_pool() {
  return {{"AveragePool", [](OnnxCall& call) {
             const std::vector<int64_t> pads = call.list("pads");
             const bool padded = std::any_of(pads.begin(), pads.end(), [](int64_t size) { return size > 0; });
             call.require(!padded || call.integer("count_include_pad", 0) != 0, "padding that does not count");
             return std::vector{call.add(pool_from_onnx<AveragePool>(call), {call.value()})};
           }}};
}

}  // namespace lathe
