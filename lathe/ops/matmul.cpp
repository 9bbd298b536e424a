/// The matrix product of two values over their last two axes; the axes before them agree: [N, ..., A, B] · [N, ..., B,
/// D].
#include <ATen/ops/matmul.h>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Matmul final : public Op {
 public:
  std::string_view kind() const override { return "matmul"; }
  Arity arity() const override { return {2, 2}; }
  Shape shape(const Inputs& in) const override {
    const size_t rank = in[0].rank();
    bool fits = rank >= 3 && in[1].rank() == rank && in[0][rank - 1] == in[1][rank - 2];
    for (size_t axis = 0; fits && axis + 2 < rank; ++axis) fits = in[0][axis] == in[1][axis];
    check(fits, "matmul: {} · {} (expected [N, ..., A, B] · [N, ..., B, D])", in[0], in[1]);
    return in[0].with(rank - 1, in[1][rank - 1]);
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return at::matmul(x[0], x[1]); }
  /// Axis 1 of [N, A, B] is the output's; of the second input it is summed over.
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1], {input_channels(0), output_channels()}};
    if (in[0].rank() > 3) tie.axes.push_back(input_channels(1));
    return {tie};
  }
  int64_t macs(const Inputs& in, const Shape& output) const override {
    return output.count() * in[0][in[0].rank() - 1];
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  void write_onnx(OnnxWriter& to) const override { to.finish("MatMul"); }
};

}  // namespace

Value matmul(Value a, Value b, std::string name) {
  return a.builder->add(std::move(name), std::make_shared<Matmul>(), {a, b});
}

OpPtr make_matmul(const Attributes&) {
  return std::make_shared<Matmul>();
}

std::vector<OpSample> samples_matmul() {
  return {{"three_axes", {{3, 4}, {4, 5}}, [](const auto& x) { return matmul(x[0], x[1], "op"); }},
          {"four_axes", {{3, 2, 4}, {3, 4, 5}}, [](const auto& x) { return matmul(x[0], x[1], "op"); }}};
}

/// With a constant [F, O] it is a linear layer.
std::vector<OnnxRule> onnx_matmul() {
  return {{"MatMul", [](OnnxCall& call) {
             call.require(!call.is_constant(0), "a constant on the left (expected it on the right)");
             if (!call.is_constant(1)) return std::vector{matmul(call.value(0), call.value(1), call.name())};
             call.require(call.constant(1).dim() == 2, "a constant of {} axes (expected [F, O])",
                          call.constant(1).dim());
             Param weight = call.param(1, "weight");
             weight.value = weight.value.t().contiguous();
             return std::vector{call.add(ops().at("linear").make({}), {call.value()}, Params{std::move(weight)})};
           }}};
}

}  // namespace lathe
