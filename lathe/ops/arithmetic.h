/// What add, sub, mul, div, pow, minimum and maximum share: all but the arithmetic. Operands broadcast as in NumPy,
/// except along the batch: two or more values of one rank, or one value and a constant, which is the parameter "value".
#pragma once

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {

struct ArithmeticKind {
  const char* name;  ///< "sub"
  const char* onnx;  ///< "Sub"
  Tensor (*apply)(const Tensor& a, const Tensor& b);
  /// The order of operands is all the same, so there may be many, and the constant stands last.
  bool commutes = false;
};

class Arithmetic final : public Op {
 public:
  /// `constant_first`: 1 - x, not x - 1.
  explicit Arithmetic(const ArithmeticKind& kind, bool constant_first = false)
      : kind_(kind), constant_first_(constant_first) {}
  std::string_view kind() const override { return kind_.name; }
  Attributes attributes() const override;
  Arity arity() const override { return {1, kind_.commutes ? SIZE_MAX : size_t{2}}; }
  Shape shape(const Inputs& in) const override;
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode mode) const override;
  Ties ties(const Inputs& in) const override;
  /// Where the first operand is as large as the output.
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override;

 private:
  const ArithmeticKind& kind_;
  bool constant_first_;
};

Value add_arithmetic(const ArithmeticKind& kind, const std::vector<Operand>& operands, std::string name);
OpPtr make_arithmetic(const ArithmeticKind& kind, const Attributes& settings);
/// Reads a node of ONNX; `kind` is one of this file's ops.
std::vector<Value> read_arithmetic(const ArithmeticKind& kind, OnnxCall& call);

using BinaryBuilder = Value (*)(Operand a, Operand b, std::string name);
/// Two values, one of them a gate, and constants of several shapes; all operands above zero where that is `positive`.
std::vector<OpSample> arithmetic_samples(BinaryBuilder build, bool commutes, bool positive = false);

}  // namespace lathe
