/// Joins inputs along one axis, the channels (1) unless said otherwise: [N, C_j, ...] into [N, sum C_j, ...].
#include <ATen/ops/cat.h>

#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Concat final : public Op {
 public:
  explicit Concat(int64_t axis) : axis_(axis) {}
  std::string_view kind() const override { return "concat"; }
  Attributes attributes() const override { return {{"axis", axis_}}; }
  Arity arity() const override { return {1, SIZE_MAX}; }
  Shape shape(const Inputs& in) const override {
    check_axis(axis_, in[0], "concat");
    const auto axis = static_cast<size_t>(axis_);
    int64_t size = 0;
    for (const Shape& shape : in.shapes) {
      check(shape.rank() == in[0].rank() && shape.with(axis, 0) == in[0].with(axis, 0),
            "concat: {} does not line up with {}", shape, in[0]);
      size += shape[axis];
    }
    return in[0].with(axis, size);
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return at::cat(at::TensorList(x.data(), x.size()), axis_);
  }
  Ties ties(const Inputs& in) const override { return axis_ == 1 ? one_after_another(in) : the_same_everywhere(in); }
  void write_onnx(OnnxWriter& to) const override { to.finish("Concat", to.inputs(), {{"axis", axis_}}); }

 private:
  int64_t axis_;

  static Ties one_after_another(const Inputs& in) {
    Ties ties;
    int64_t start = 0;
    for (size_t j = 0; j < in.size(); start += in[j++][1])
      ties.push_back({in[j][1], {input_channels(static_cast<int64_t>(j)), output_channels().from(start)}});
    return ties;
  }
  static Ties the_same_everywhere(const Inputs& in) {
    Tie tie{in[0][1], {output_channels()}};
    for (size_t j = 0; j < in.size(); ++j) tie.axes.push_back(input_channels(static_cast<int64_t>(j)));
    return {tie};
  }
};

}  // namespace

Value concat(const std::vector<Value>& x, std::string name, int64_t axis) {
  const auto op = std::make_shared<Concat>(axis_from_front(axis, x.at(0).shape().rank(), "concat"));
  return x[0].builder->add(std::move(name), op, x);
}

OpPtr make_concat(const Attributes& settings) {
  return std::make_shared<Concat>(axis_setting(settings));
}

std::vector<OpSample> samples_concat() {
  return {{"three_1d", {{2, 5}, {3, 5}, {1, 5}}, [](const auto& x) { return concat(x, "op"); }},
          {"features", {{2}, {3}}, [](const auto& x) { return concat(x, "op"); }},
          {"in_time", {{3, 2}, {3, 4}}, [](const auto& x) { return concat(x, "op", -1); }},
          {"rows_2d", {{3, 2, 4}, {3, 1, 4}}, [](const auto& x) { return concat(x, "op", 2); }}};
}

std::vector<OnnxRule> onnx_concat() {
  return {{"Concat",
           [](OnnxCall& call) { return std::vector{concat(call.values(), call.name(), call.integer("axis", 1))}; }}};
}

}  // namespace lathe
