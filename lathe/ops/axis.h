/// What ops share that work along one axis, never the batch's.
#pragma once

#include "lathe/graph/onnx_form.h"
#include "lathe/ops/elementwise.h"

namespace lathe {

/// The attribute "axis"; the channels in files from before there was one.
inline int64_t axis_setting(const Attributes& settings) {
  return settings.values().find("axis") == settings.values().end() ? 1 : settings.integer("axis");
}

/// The axis counted from the front where it is given from the back, as in -1.
inline int64_t from_the_front(int64_t axis, const Shape& shape) {
  return axis < 0 ? axis + static_cast<int64_t>(shape.rank()) : axis;
}

inline void check_axis(int64_t axis, const Shape& shape, std::string_view op) {
  check(axis >= 1 && axis < static_cast<int64_t>(shape.rank()), "{}: axis {} of {} (expected one after the batch's)",
        op, axis, shape);
}

/// Every value becomes its share among those along the axis: the channels mix when the axis is theirs.
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
  const int64_t axis = from_the_front(call.integer("axis", call.opset() < 13 ? 1 : -1), shape);
  if (call.opset() >= 13) return axis;
  for (size_t behind = static_cast<size_t>(axis) + 1; behind < shape.rank(); ++behind)
    call.require(shape[behind] == 1, "axis {} of {} before opset 13, where it joins the axes behind it", axis, shape);
  return axis;
}

}  // namespace lathe
