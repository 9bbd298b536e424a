/// Another order of the axes; the batch stays first. Where the channels' axis moves, no channel can be removed.
#include <algorithm>

#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Transpose final : public Op {
 public:
  explicit Transpose(std::vector<int64_t> order) : order_(std::move(order)) {
    std::vector<int64_t> sorted = order_;
    std::sort(sorted.begin(), sorted.end());
    for (size_t axis = 0; axis < sorted.size(); ++axis)
      check(sorted[axis] == static_cast<int64_t>(axis), "transpose: order [{}] (expected every axis from 0 once)",
            fmt::join(order_, ", "));
    check(order_.size() >= 2 && order_[0] == 0, "transpose: order [{}] (expected 0, the batch, first)",
          fmt::join(order_, ", "));
  }
  std::string_view kind() const override { return "transpose"; }
  Attributes attributes() const override { return {{"order", order_}}; }
  Shape shape(const Inputs& in) const override {
    check(in[0].rank() == order_.size(), "transpose: input {} does not go with the order [{}]", in[0],
          fmt::join(order_, ", "));
    std::vector<int64_t> sizes;
    for (const int64_t axis : order_) sizes.push_back(in[0][static_cast<size_t>(axis)]);
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override {
    return x[0].permute(order_).contiguous();
  }
  Ties ties(const Inputs& in) const override {
    if (order_[1] != 1) return {};
    return {{in[0][1], {input_channels(), output_channels()}}};
  }
  std::optional<Window> window(const Inputs&) const override {
    if (std::is_sorted(order_.begin(), order_.end())) return std::nullopt;
    return Window{{}, {}, true};
  }
  void write_onnx(OnnxWriter& to) const override { to.finish("Transpose", to.inputs(), {{"perm", order_}}); }

 private:
  std::vector<int64_t> order_;
};

}  // namespace

Value transpose(Value x, std::string name, std::vector<int64_t> order) {
  return x.builder->add(std::move(name), std::make_shared<Transpose>(std::move(order)), {x});
}

OpPtr make_transpose(const Attributes& settings) {
  return std::make_shared<Transpose>(settings.list("order"));
}

std::vector<OpSample> samples_transpose() {
  return {{"space", {{3, 4, 5}}, [](const auto& x) { return transpose(x[0], "op", {0, 1, 3, 2}); }},
          {"channels_last", {{1, 4, 5}}, [](const auto& x) { return transpose(x[0], "op", {0, 2, 3, 1}); }},
          {"time_first", {{1, 5}}, [](const auto& x) { return transpose(x[0], "op", {0, 2, 1}); }}};
}

std::vector<OnnxRule> onnx_transpose() {
  return {{"Transpose", [](OnnxCall& call) {
             std::vector<int64_t> order = call.list("perm");
             if (order.empty())  // the specification's default: all axes turned around
               for (size_t axis = call.value().shape().rank(); axis-- > 0;) order.push_back(static_cast<int64_t>(axis));
             call.require(order[0] == 0, "perm [{}] moves the batch (expected 0 first)", fmt::join(order, ", "));
             return std::vector{transpose(call.value(), call.name(), order)};
           }}};
}

}  // namespace lathe
