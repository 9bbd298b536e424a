/// Sum over the channels with one trained weight each: [N, C, ...] -> [N, 1, ...]. What mixes learned kernels. Counts no MACs:
/// "conv and linear sums" are counted, as the published figures do.
#include <ATen/ops/conv1d.h>
#include <ATen/ops/zeros.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class WeightedSum final : public Op {
 public:
  std::string_view kind() const override { return "weighted_sum"; }
  Shape shape(const Inputs& in) const override {
    const int64_t channels = in.params["weight"].size(0);
    check(in[0].spatial() > 0 && in[0][1] == channels, "weighted_sum: input {} (expected {} channels and a spatial axis)",
          in[0], channels);
    return in[0].with(1, 1);
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    std::vector<int64_t> sizes = x[0].sizes().vec();
    sizes[1] = 1;
    return at::conv1d(x[0].flatten(2), params["weight"].view({1, -1, 1})).view(sizes);
  }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), param_axis("weight", 0)}}}; }
};

}  // namespace

Value weighted_sum(Value x, std::string name) {
  return x.builder->add(std::move(name), std::make_shared<WeightedSum>(), {x},
                        Params{{"weight", at::zeros({x.shape()[1]})}});
}

OpPtr make_weighted_sum(const Attributes&) { return std::make_shared<WeightedSum>(); }

std::vector<OpSample> samples_weighted_sum() {
  return {{"1d", {{4, 5}}, [](const auto& x) { return weighted_sum(x[0], "op"); }},
          {"2d", {{3, 4, 5}}, [](const auto& x) { return weighted_sum(x[0], "op"); }}};
}

}  // namespace lathe
