/// The largest value over all spatial axes: [N, C, T] or [N, C, H, W] -> [N, C].
#include <numeric>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class GlobalMaxPool final : public Op {
 public:
  std::string_view kind() const override { return "global_max_pool"; }
  Shape shape(const Inputs& in) const override {
    check(in[0].spatial() > 0, "global_max_pool: input {} has no spatial axis", in[0]);
    return {in[0][0], in[0][1]};
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].flatten(2).amax(2); }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), output_channels()}}}; }
  int64_t elementwise_work(const Inputs& in, const Shape&) const override { return in[0].with(0, 1).count(); }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  void write_onnx(OnnxWriter& to) const override {
    const std::string pooled = to.step("pooled", "GlobalMaxPool", to.inputs());
    to.finish("Flatten", {pooled}, {{"axis", int64_t{1}}});
  }
};

}  // namespace

Value global_max_pool(Value x, std::string name) {
  return x.builder->add(std::move(name), std::make_shared<GlobalMaxPool>(), {x});
}

OpPtr make_global_max_pool(const Attributes&) {
  return std::make_shared<GlobalMaxPool>();
}

std::vector<OpSample> samples_global_max_pool() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return global_max_pool(x[0], "op"); }},
          {"2d", {{3, 4, 5}}, [](const auto& x) { return global_max_pool(x[0], "op"); }}};
}

/// ONNX's keeps the spatial axes with size 1, which is a reduce.
std::vector<OnnxRule> onnx_global_max_pool() {
  return {{"GlobalMaxPool", [](OnnxCall& call) {
             std::vector<int64_t> spatial(call.value().shape().spatial());
             std::iota(spatial.begin(), spatial.end(), int64_t{2});
             return std::vector{reduce(call.value(), call.name(), {.how = "max", .axes = spatial, .keep = true})};
           }}};
}

}  // namespace lathe
