/// What ops on whole axes share: which axes are meant. The batch, axis 0, is never one of them.
#pragma once

#include <string_view>
#include <vector>

#include "lathe/graph/onnx_form.h"

namespace lathe {

/// Axes that may count from the back (-1) as axes that count from the front, in rising order.
/// @throws Error for none at all, one out of range, the batch, or one named twice
std::vector<int64_t> axes_from_front(std::vector<int64_t> axes, size_t rank, std::string_view op);
int64_t axis_from_front(int64_t axis, size_t rank, std::string_view op);
/// The axis of an op that was saved; the channels in files from before it was.
int64_t axis_setting(const Attributes& settings);
/// @throws Error unless the input has that axis and it is not the batch
void check_axis(int64_t axis, const Shape& input, std::string_view op);
/// For axes that a file holds. @throws Error unless they rise from 1 on
void check_axes(const std::vector<int64_t>& axes, std::string_view op);
bool has_axis(const std::vector<int64_t>& axes, size_t axis);

/// The axes that an ONNX node names: as an attribute, from opset `as_input` on as its second input. Empty: none named.
std::vector<int64_t> onnx_axes(const OnnxCall& call, int64_t as_input);
/// True when the input is given and is not the empty list that stands for "not given".
bool has_content(const OnnxCall& call, size_t place);

}  // namespace lathe
