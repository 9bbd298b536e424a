/// Adds axes of size 1 at the given places of the output; the batch stays first.
#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Unsqueeze final : public Op {
 public:
  explicit Unsqueeze(std::vector<int64_t> axes) : axes_(std::move(axes)) { check_axes(axes_, "unsqueeze"); }
  std::string_view kind() const override { return "unsqueeze"; }
  Attributes attributes() const override { return {{"axes", axes_}}; }
  Shape shape(const Inputs& in) const override {
    const size_t rank = in[0].rank() + axes_.size();
    check(axes_.back() < static_cast<int64_t>(rank), "unsqueeze: the output of {} axes has no axis {}", rank,
          axes_.back());
    std::vector<int64_t> sizes;
    for (size_t axis = 0, next = 0; axis < rank; ++axis) sizes.push_back(has_axis(axes_, axis) ? 1 : in[0][next++]);
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    Tensor y = x[0];
    for (const int64_t axis : axes_) y = y.unsqueeze(axis);
    return y;
  }
  Ties ties(const Inputs& in) const override {
    if (has_axis(axes_, 1) || in[0].rank() < 2) return {};
    return {{in[0][1], {input_channels(), output_channels()}}};
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override { to.finish("Unsqueeze", {to.input(), to.constant("axes", axes_)}); }

 private:
  std::vector<int64_t> axes_;
};

}  // namespace

Value unsqueeze(Value x, std::string name, std::vector<int64_t> axes) {
  axes = axes_from_front(axes, x.shape().rank() + axes.size(), "unsqueeze '" + name + "'");
  return x.builder->add(std::move(name), std::make_shared<Unsqueeze>(std::move(axes)), {x});
}

OpPtr make_unsqueeze(const Attributes& settings) {
  return std::make_shared<Unsqueeze>(settings.list("axes"));
}

std::vector<OpSample> samples_unsqueeze() {
  return {{"space", {{4}}, [](const auto& x) { return unsqueeze(x[0], "op", {2, 3}); }},
          {"last", {{3, 5}}, [](const auto& x) { return unsqueeze(x[0], "op", {-1}); }},
          {"channel", {{1, 5}}, [](const auto& x) { return unsqueeze(x[0], "op", {1}); }}};
}

std::vector<OnnxRule> onnx_unsqueeze() {
  return {{"Unsqueeze",
           [](OnnxCall& call) { return std::vector{unsqueeze(call.value(), call.name(), onnx_axes(call, 13))}; }}};
}

}  // namespace lathe
