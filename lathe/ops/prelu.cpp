/// x where positive, slope · x elsewhere; the slope is trained, one a channel or one for all.
#include <ATen/ops/full.h>
#include <ATen/ops/prelu.h>

#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Prelu final : public Elementwise {
 public:
  std::string_view kind() const override { return "prelu"; }
  Shape shape(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    check(weight.defined() && weight.dim() == 1, "prelu: has no weight of [channels] or [1]");
    const int64_t channels = in[0].rank() < 2 ? 1 : in[0][1];
    check(weight.size(0) == 1 || weight.size(0) == channels, "prelu: {} slopes for the input {} (expected {} or 1)",
          weight.size(0), in[0], channels);
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    return at::prelu(x[0], params["weight"]);
  }
  int64_t elementwise_work(const Inputs&, const Shape& output) const override { return output.count(); }
  Ties ties(const Inputs& in) const override {
    Ties ties = Elementwise::ties(in);
    for (Tie& tie : ties)
      if (in.params["weight"].size(0) == tie.channels) tie.axes.push_back(param_axis("weight", 0));
    return ties;
  }
  void write_onnx(OnnxWriter& to) const override {
    const Tensor& weight = to.in().params["weight"];
    std::vector<int64_t> sizes(to.in()[0].rank() < 2 ? 0 : to.in()[0].rank() - 2, 1);  // [C, 1, 1]: lies on axis 1
    sizes.insert(sizes.begin(), weight.size(0));
    to.finish("PRelu", {to.input(), to.constant("weight", weight.view(sizes))});
  }
};

/// [C, 1, 1] and [1, C, 1, 1] become [C], one number in any shape becomes [1].
Param slope_of(const OnnxCall& call) {
  Param slope = call.param(1, "weight");
  const Shape input = call.value().shape(), given(slope.value.sizes().vec());
  slope.value = slope.value.flatten();
  if (given.count() == 1) return slope;
  const size_t place = given.rank() + 1 - input.rank();  // where axis 1 lies; far out where the slope is too short
  const bool fits = place < 2 && place < given.rank() && given[place] == given.count() && given.count() == input[1];
  call.require(fits, "slope {} for the input {} (expected one a channel, or one number)", given, input);
  return slope;
}

}  // namespace

OpPtr make_prelu(const Attributes&) {
  return std::make_shared<Prelu>();
}

Value prelu(Value x, std::string name, const PreluOptions& options) {
  const int64_t slopes = options.per_channel ? x.shape()[1] : 1;
  return x.builder->add(std::move(name), make_prelu({}), {x}, Params{{"weight", at::full({slopes}, options.slope)}});
}

std::vector<OpSample> samples_prelu() {
  return {{"one", {{3, 5}}, [](const auto& x) { return prelu(x[0], "op"); }},
          {"per_channel_2d", {{2, 3, 4}}, [](const auto& x) { return prelu(x[0], "op", {.per_channel = true}); }},
          {"features", {{4}}, [](const auto& x) { return prelu(x[0], "op", {.per_channel = true}); }}};
}

std::vector<OnnxRule> onnx_prelu() {
  return {{"PRelu", [](OnnxCall& call) {
             return std::vector{call.add(make_prelu({}), {call.value()}, Params{slope_of(call)})};
           }}};
}

}  // namespace lathe
