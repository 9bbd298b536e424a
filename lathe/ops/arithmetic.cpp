#include "lathe/ops/arithmetic.h"

#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>

namespace lathe {
namespace {

Shape sizes_of(const Tensor& tensor) {
  return Shape(tensor.sizes().vec());
}

/// `all` widened to what it has in common with `one`, whose last axes lie on its last ones; nothing where they
/// disagree.
std::optional<Shape> broadcast(Shape all, const Shape& one) {
  if (one.rank() > all.rank()) return std::nullopt;
  const size_t ahead = all.rank() - one.rank();
  for (size_t axis = 0; axis < one.rank(); ++axis) {
    const int64_t here = all[ahead + axis];
    if (one[axis] != here && one[axis] != 1 && here != 1) return std::nullopt;
    if (here == 1) all = all.with(ahead + axis, one[axis]);
  }
  return all;
}

Shape with_constant(const Shape& value, const Tensor& constant, std::string_view kind) {
  const Shape given = sizes_of(constant);
  const std::optional<Shape> wide = broadcast(value, given);
  const bool batch_stays = given.rank() < value.rank() || given.rank() == 0 || given[0] == 1;
  check(wide && batch_stays && constant.numel() > 0,
        "{}: the constant {} does not go with {} (expected a shape that broadcasts and leaves the batch alone)", kind,
        given, value);
  return *wide;
}

}  // namespace

Attributes Arithmetic::attributes() const {
  if (kind_.commutes) return {};
  return {{"constant_first", constant_first_}};
}

Shape Arithmetic::shape(const Inputs& in) const {
  const Tensor& constant = in.params["value"];
  if (constant.defined()) {
    check(in.size() == 1, "{}: {} values and a constant (expected one value)", kind(), in.size());
    return with_constant(in[0], constant, kind());
  }
  check(in.size() > 1, "{}: one value alone (expected a second one, or a constant)", kind());
  check(!constant_first_, "{}: the constant comes first, but there is none", kind());
  Shape all = in[0];
  for (const Shape& shape : in.shapes.subspan(1)) {
    const std::optional<Shape> wide = shape.rank() == all.rank() ? broadcast(all, shape) : std::nullopt;
    check(wide && shape.rank() > 0 && shape[0] == in[0][0], "{}: {} does not line up with {}", kind(), shape, in[0]);
    all = *wide;
  }
  return all;
}

Tensor Arithmetic::forward(std::span<const Tensor> x, const Params& params, Mode) const {
  const Tensor& constant = params["value"];
  if (constant.defined()) return constant_first_ ? kind_.apply(constant, x[0]) : kind_.apply(x[0], constant);
  Tensor result = x[0];
  for (const Tensor& operand : x.subspan(1)) result = kind_.apply(result, operand);
  return result;
}

Ties Arithmetic::ties(const Inputs& in) const {
  const Shape output = shape(in);
  if (output.rank() < 2) return {};
  Tie tie{output[1], {output_channels()}};
  for (size_t j = 0; j < in.size(); ++j)
    if (in[j][1] == tie.channels) tie.axes.push_back(input_channels(static_cast<int64_t>(j)));
  const Tensor& constant = in.params["value"];
  if (!constant.defined()) return {tie};
  const int64_t axis = 1 + constant.dim() - static_cast<int64_t>(output.rank());  // where it lies on the channels
  if (axis >= 0 && constant.size(axis) == tie.channels) tie.axes.push_back(param_axis("value", axis));
  return {tie};
}

void Arithmetic::write_onnx(OnnxWriter& to) const {
  const std::string constant = to.param("value");
  if (!constant.empty()) {
    const std::string& x = to.input();
    return to.finish(kind_.onnx, constant_first_ ? std::vector{constant, x} : std::vector{x, constant});
  }
  std::string result = to.input(0);
  for (size_t j = 1; j + 1 < to.inputs().size(); ++j)
    result = to.step("part" + std::to_string(j), kind_.onnx, {result, to.input(j)});
  to.finish(kind_.onnx, {result, to.inputs().back()});
}

Operand::Operand(Value operand) : value(operand) {}
Operand::Operand(double number) : constant{"value", at::scalar_tensor(number, at::kFloat), true} {}
Operand::Operand(Tensor fixed) : constant{"value", std::move(fixed), true} {}
Operand::Operand(Param param) : constant(std::move(param)) {
  constant.name = "value";
}

Value add_arithmetic(const ArithmeticKind& kind, const std::vector<Operand>& operands, std::string name) {
  std::vector<Value> values;
  Params params;
  for (const Operand& operand : operands)
    if (operand.constant.value.defined())
      params.add(operand.constant);
    else
      values.push_back(operand.value);
  check(!values.empty() && values.size() + 1 >= operands.size(),
        "{} '{}': {} of {} operands are constants (expected at most one)", kind.name, name,
        operands.size() - values.size(), operands.size());
  const bool constant_first = !kind.commutes && operands[0].constant.value.defined();
  return values[0].builder->add(std::move(name), std::make_shared<Arithmetic>(kind, constant_first), values,
                                std::move(params));
}

OpPtr make_arithmetic(const ArithmeticKind& kind, const Attributes& settings) {
  return std::make_shared<Arithmetic>(kind, !kind.commutes && settings.flag("constant_first"));
}

std::vector<Value> read_arithmetic(const ArithmeticKind& kind, OnnxCall& call) {
  if (call.size() == 1) return {call.value()};  // the sum of one
  size_t constants = 0;
  for (size_t place = 0; place < call.size(); ++place) constants += call.is_constant(place) ? 1 : 0;
  call.require(constants < 2, "{} of {} operands are constants (expected at most one)", constants, call.size());
  std::vector<Operand> operands;
  for (size_t place = 0; place < call.size(); ++place)
    if (call.is_constant(place))
      operands.emplace_back(call.param(place, "value"));
    else
      operands.emplace_back(call.value(place));
  return {add_arithmetic(kind, operands, call.name())};
}

std::vector<OpSample> arithmetic_samples(BinaryBuilder build, bool commutes, bool positive) {
  const auto operand = [positive](Value x, const char* name) { return positive ? softplus(x, name) : x; };
  const auto two = [=](std::string label, Shape a, Shape b) {
    return OpSample{std::move(label), {std::move(a), std::move(b)}, [=](const std::vector<Value>& x) {
                      return build(operand(x[0], "a"), operand(x[1], "b"), "op");
                    }};
  };
  const auto constant = [=](std::string label, Shape input, std::vector<int64_t> sizes, bool trained, bool first) {
    return OpSample{std::move(label), {std::move(input)}, [=](const std::vector<Value>& x) {
                      const Operand value(operand(x[0], "a"));
                      const Operand fixed(Param{"value", at::full(sizes, 0.5), !trained});
                      return first ? build(fixed, value, "op") : build(value, fixed, "op");
                    }};
  };
  std::vector<OpSample> samples = {two("two", {3, 5}, {3, 5}),
                                   two("gate", {3, 2, 4}, {3, 1, 1}),
                                   two("one_channel", {3, 5}, {1, 5}),
                                   constant("number", {3, 5}, {}, false, false),
                                   constant("per_channel", {3, 2, 4}, {3, 1, 1}, true, false),
                                   constant("over_time", {3, 5}, {5}, false, false),
                                   constant("features", {4}, {4}, true, false)};
  if (!commutes) samples.push_back(constant("constant_first", {3, 5}, {3, 1}, true, true));
  return samples;
}

}  // namespace lathe
