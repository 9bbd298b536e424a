/// The mean of each window; padded zeros count, as torch.nn.AvgPool has it by default.
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>

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

}  // namespace lathe
