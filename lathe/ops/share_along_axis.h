/// What Softmax and LogSoftmax share: every value becomes its share among those along one axis.
#pragma once

#include "lathe/ops/axes.h"
#include "lathe/ops/elementwise.h"

namespace lathe {

/// The channels mix when the axis is theirs.
class ShareAlongAxis : public Elementwise {
 public:
  explicit ShareAlongAxis(int64_t axis) : axis_(axis) {}
  Attributes attributes() const override { return {{"axis", axis_}}; }
  Shape shape(const Inputs& in) const override {
    check_axis(axis_, in[0], kind());
    return in[0];
  }
  Ties ties(const Inputs& in) const override {
    Ties ties = Elementwise::ties(in);
    for (Tie& tie : ties) tie.exact = axis_ != 1;
    return ties;
  }

 protected:
  int64_t axis() const { return axis_; }

 private:
  int64_t axis_;
};

/// The axis of Softmax and LogSoftmax. Before opset 13 they join all axes from it on.
inline int64_t share_axis_from_onnx(const OnnxCall& call) {
  const Shape& shape = call.value().shape();
  const int64_t axis = axis_from_front(call.integer("axis", call.opset() < 13 ? 1 : -1), shape.rank(), "softmax");
  if (call.opset() >= 13) return axis;
  for (size_t behind = static_cast<size_t>(axis) + 1; behind < shape.rank(); ++behind)
    call.require(shape[behind] == 1, "axis {} of {} before opset 13, where it joins the axes behind it", axis, shape);
  return axis;
}

}  // namespace lathe
