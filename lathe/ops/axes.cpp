#include "lathe/ops/axes.h"

#include <algorithm>

namespace lathe {

int64_t axis_from_front(int64_t axis, size_t rank, std::string_view op) {
  const auto axes = static_cast<int64_t>(rank);
  check(axis >= -axes && axis < axes, "{}: axis {} (expected 1 to {})", op, axis, axes - 1);
  const int64_t from_front = axis < 0 ? axis + axes : axis;
  check(from_front > 0, "{}: axis 0 is the batch (expected 1 to {})", op, axes - 1);
  return from_front;
}

std::vector<int64_t> axes_from_front(std::vector<int64_t> axes, size_t rank, std::string_view op) {
  check(!axes.empty(), "{}: names no axis", op);
  for (int64_t& axis : axes) axis = axis_from_front(axis, rank, op);
  std::sort(axes.begin(), axes.end());
  const auto twice = std::adjacent_find(axes.begin(), axes.end());
  check(twice == axes.end(), "{}: axis {} is named twice", op, twice == axes.end() ? 0 : *twice);
  return axes;
}

int64_t axis_setting(const Attributes& settings) {
  return settings.values().find("axis") == settings.values().end() ? 1 : settings.integer("axis");
}

void check_axis(int64_t axis, const Shape& input, std::string_view op) {
  check(axis >= 1 && axis < static_cast<int64_t>(input.rank()), "{}: axis {} of {} (expected one after the batch's)",
        op, axis, input);
}

void check_axes(const std::vector<int64_t>& axes, std::string_view op) {
  check(!axes.empty(), "{}: names no axis", op);
  int64_t before = 0;
  for (const int64_t axis : axes) {
    check(axis > before, "{}: axes [{}] (expected rising ones from 1 on; 0 is the batch)", op, fmt::join(axes, ", "));
    before = axis;
  }
}

bool has_axis(const std::vector<int64_t>& axes, size_t axis) {
  return std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
}

bool has_content(const OnnxCall& call, size_t place) {
  return call.has(place) && !(call.is_constant(place) && call.constant(place).numel() == 0);
}

std::vector<int64_t> onnx_axes(const OnnxCall& call, int64_t as_input) {
  if (call.opset() < as_input) return call.list("axes");
  return has_content(call, 1) ? call.integers(1) : std::vector<int64_t>();
}

}  // namespace lathe
