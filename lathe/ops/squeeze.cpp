/// Drops axes of size 1; the batch stays.
#include "lathe/ops/axes.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

class Squeeze final : public Op {
 public:
  explicit Squeeze(std::vector<int64_t> axes) : axes_(std::move(axes)) { check_axes(axes_, "squeeze"); }
  std::string_view kind() const override { return "squeeze"; }
  Attributes attributes() const override { return {{"axes", axes_}}; }
  Shape shape(const Inputs& in) const override {
    check(axes_.back() < static_cast<int64_t>(in[0].rank()), "squeeze: input {} has no axis {}", in[0], axes_.back());
    std::vector<int64_t> sizes;
    for (size_t axis = 0; axis < in[0].rank(); ++axis) {
      if (!has_axis(axes_, axis))
        sizes.push_back(in[0][axis]);
      else
        check(in[0][axis] == 1, "squeeze: axis {} of {} has size {} (expected 1)", axis, in[0], in[0][axis]);
    }
    check(sizes.size() >= 2, "squeeze: nothing but the batch would stay of {}; keep one axis", in[0]);
    return Shape(std::move(sizes));
  }
  Tensor forward(std::span<const Tensor> x, const Params&, Mode) const override { return x[0].squeeze(axes_); }
  Ties ties(const Inputs& in) const override {
    if (has_axis(axes_, 1)) return {};
    return {{in[0][1], {input_channels(), output_channels()}}};
  }
  std::optional<Window> window(const Inputs&) const override { return Window{{}, {}, true}; }
  bool in_place() const override { return true; }
  void write_onnx(OnnxWriter& to) const override { to.finish("Squeeze", {to.input(), to.constant("axes", axes_)}); }

 private:
  std::vector<int64_t> axes_;
};

}  // namespace

Value squeeze(Value x, std::string name, std::vector<int64_t> axes) {
  axes = axes_from_front(std::move(axes), x.shape().rank(), "squeeze '" + name + "'");
  return x.builder->add(std::move(name), std::make_shared<Squeeze>(std::move(axes)), {x});
}

OpPtr make_squeeze(const Attributes& settings) {
  return std::make_shared<Squeeze>(settings.list("axes"));
}

std::vector<OpSample> samples_squeeze() {
  return {{"space", {{3, 1, 1}}, [](const auto& x) { return squeeze(x[0], "op", {2, 3}); }},
          {"last", {{3, 4, 1}}, [](const auto& x) { return squeeze(x[0], "op", {-1}); }},
          {"channel", {{1, 5}}, [](const auto& x) { return squeeze(x[0], "op", {1}); }}};
}

std::vector<OnnxRule> onnx_squeeze() {
  return {{"Squeeze", [](OnnxCall& call) {
             const Shape& input = call.value().shape();
             std::vector<int64_t> axes = onnx_axes(call, 13);
             if (axes.empty())  // all of size 1; the batch is one by chance
               for (size_t axis = 1; axis < input.rank(); ++axis)
                 if (input[axis] == 1) axes.push_back(static_cast<int64_t>(axis));
             if (axes.empty()) return std::vector{call.value()};
             return std::vector{squeeze(call.value(), call.name(), axes)};
           }}};
}

}  // namespace lathe
