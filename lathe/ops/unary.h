/// What element-wise ops share that have nothing to set: a name, ONNX's name for it, and a function.
#pragma once

#include "lathe/ops/elementwise.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {

class Unary final : public Elementwise {
 public:
  using Function = Tensor (*)(const Tensor& x);
  Unary(const char* kind, const char* onnx, Function function) : kind_(kind), onnx_(onnx), function_(function) {}
  std::string_view kind() const override { return kind_; }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return function_(x[0]); }
  void write_onnx(OnnxWriter& to) const override { to.finish(onnx_); }

 private:
  const char* kind_;
  const char* onnx_;
  Function function_;
};

/// Reads an ONNX node of one input without attributes.
template <Value (*build)(Value, std::string)>
std::vector<Value> read_unary(OnnxCall& call) {
  return {build(call.value(), call.name())};
}

template <Value (*build)(Value, std::string)>
std::vector<OpSample> unary_samples() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return build(x[0], "op"); }},
          {"2d", {{2, 3, 4}}, [](const auto& x) { return build(x[0], "op"); }}};
}

/// The same for an op that wants numbers above zero.
template <Value (*build)(Value, std::string)>
std::vector<OpSample> positive_samples() {
  return {{"1d", {{3, 5}}, [](const auto& x) { return build(exp(x[0], "positive"), "op"); }},
          {"2d", {{2, 3, 4}}, [](const auto& x) { return build(exp(x[0], "positive"), "op"); }}};
}

}  // namespace lathe
