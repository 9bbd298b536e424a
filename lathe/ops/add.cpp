/// Sum of two or more inputs of one shape: the end of a residual branch.
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Add final : public Op {
 public:
  std::string_view kind() const override { return "add"; }
  Arity arity() const override { return {2, SIZE_MAX}; }
  Shape shape(const Inputs& in) const override {
    for (const Shape& shape : in.shapes) check(shape == in[0], "add: {} does not line up with {}", shape, in[0]);
    return in[0];
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    Tensor sum = x[0];
    for (const Tensor& term : x.subspan(1)) sum = sum.add(term);
    return sum;
  }
  Ties ties(const Inputs& in) const override {
    Tie tie{in[0][1], {output_channels()}};
    for (size_t j = 0; j < in.size(); ++j) tie.axes.push_back(input_channels(static_cast<int64_t>(j)));
    return {tie};
  }
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override {
    std::string sum = to.input(0);
    for (size_t j = 1; j + 1 < to.inputs().size(); ++j)
      sum = to.step("sum" + std::to_string(j), "Add", {sum, to.input(j)});
    to.finish("Add", {sum, to.inputs().back()});
  }
};

}  // namespace

Value add(const std::vector<Value>& x, std::string name) {
  return x.at(0).builder->add(std::move(name), std::make_shared<Add>(), x);
}

OpPtr make_add(const Attributes&) {
  return std::make_shared<Add>();
}

std::vector<OpSample> samples_add() {
  return {{"two", {{3, 5}, {3, 5}}, [](const auto& x) { return add(x, "op"); }},
          {"three_2d", {{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, [](const auto& x) { return add(x, "op"); }}};
}

std::vector<OnnxRule> onnx_add() {
  return {{"Add", [](OnnxCall& call) { return std::vector{add(call.values(), call.name())}; }},
          {"Sum", [](OnnxCall& call) { return std::vector{add(call.values(), call.name())}; }}};
}

}  // namespace lathe
