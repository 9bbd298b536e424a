/// Joins inputs [N, C_j, ...] along the channel axis into [N, sum C_j, ...].
#include <ATen/ops/cat.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Concat final : public Op {
 public:
  std::string_view kind() const override { return "concat"; }
  Arity arity() const override { return {1, SIZE_MAX}; }
  Shape shape(const Inputs& in) const override {
    int64_t channels = 0;
    for (const Shape& shape : in.shapes) {
      check(shape.rank() >= 2 && shape.with(1, 0) == in[0].with(1, 0), "concat: {} does not line up with {}", shape,
            in[0]);
      channels += shape[1];
    }
    return in[0].with(1, channels);
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return at::cat(at::TensorList(x.data(), x.size()), 1);
  }
  Ties ties(const Inputs& in) const override {
    Ties ties;
    int64_t start = 0;
    for (size_t j = 0; j < in.size(); start += in[j++][1])
      ties.push_back({in[j][1], {input_channels(static_cast<int64_t>(j)), output_channels().from(start)}});
    return ties;
  }
  void write_onnx(OnnxWriter& to) const override { to.finish("Concat", to.inputs(), {{"axis", int64_t{1}}}); }
};

}  // namespace

Value concat(const std::vector<Value>& x, std::string name) {
  return x.at(0).builder->add(std::move(name), std::make_shared<Concat>(), x);
}

OpPtr make_concat(const Attributes&) {
  return std::make_shared<Concat>();
}

std::vector<OpSample> samples_concat() {
  return {{"three_1d", {{2, 5}, {3, 5}, {1, 5}}, [](const auto& x) { return concat(x, "op"); }},
          {"features", {{2}, {3}}, [](const auto& x) { return concat(x, "op"); }}};
}

std::vector<OnnxRule> onnx_concat() {
  return {{"Concat", [](OnnxCall& call) {
             const auto rank = static_cast<int64_t>(call.value().shape().rank());
             const int64_t axis = call.integer("axis", 1);
             call.require(axis == 1 || axis + rank == 1, "axis {} (expected 1, the channels)", axis);
             return std::vector{concat(call.values(), call.name())};
           }}};
}

}  // namespace lathe
