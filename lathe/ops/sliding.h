/// What convolutions, pooling and padding share: windows that slide over one or two spatial axes with explicit,
/// possibly uneven padding.
#pragma once

#include <vector>

#include "lathe/graph/onnx_form.h"
#include "lathe/ops/layers.h"

namespace lathe {

/// Stride, dilation and padding of every spatial axis; the kernel's size is passed in, for it is read off tensors.
struct Sliding {
  std::vector<int64_t> stride, dilation;
  std::vector<int64_t> padding;  ///< begins then ends, as ONNX has it: [left, right] or [top, left, bottom, right]

  size_t axes() const { return stride.size(); }
  /// What a file may have got wrong. @throws Error for lists that do not go together or sizes out of range
  void check_settings(std::string_view op) const;
  /// The padding written out per side. `given`: empty, one an axis, or already both sides.
  static std::vector<int64_t> both_sides(const std::vector<int64_t>& given, size_t axes, std::string_view op);
  /// The padding that keeps the length at stride 1; one more behind where the total is odd (PyTorch's "same").
  static std::vector<int64_t> same(const std::vector<int64_t>& kernel, const std::vector<int64_t>& dilation);

  /// @throws Error for a mode other than "zeros" and "circular"
  static void check_mode(const std::string& mode, std::string_view op);
  /// @throws Error when wrapping around would pass over the whole input
  void check_circular(const Shape& input, std::string_view op) const;
  /// Output sizes for input sizes. @throws Error when the kernel does not fit into the padded input.
  Shape shape(const Shape& input, int64_t channels, const std::vector<int64_t>& kernel, std::string_view op) const;
  Window window(const std::vector<int64_t>& kernel) const;

  /// kernel_shape, strides, dilations and pads.
  OnnxAttributes onnx_attributes(const std::vector<int64_t>& kernel) const;
  /// From the same attributes, or auto_pad. @throws Error (unsupported) for other than one or two spatial axes
  static Sliding from_onnx(const OnnxCall& call, const std::vector<int64_t>& kernel);

  /// The same windows, with as much more padding behind that the last, partial window is whole: PyTorch's ceil_mode. A
  /// window that would begin in the padding behind is left out.
  Sliding with_partial_window(const Shape& input, const std::vector<int64_t>& kernel) const;

  /// Padding that LibTorch's own ops can do (the same on both sides), the rest of it to be done before.
  std::vector<int64_t> even_part() const;
  /// `x` padded by what even_part leaves over, with `value`.
  Tensor pad_uneven(const Tensor& x, double value) const;
  /// `x` padded whole, with `value` or by wrapping around.
  Tensor pad_whole(const Tensor& x, double value) const;
  Tensor pad_circular(const Tensor& x) const;
  /// What is left to LibTorch of a convolution: the input, padded by wrapping around or by the uneven rest, and the
  /// padding with zeros still to be done.
  struct Padded {
    Tensor x;
    std::vector<int64_t> even;
  };
  Padded padded(const Tensor& x, bool circular) const;
};

/// LibTorch lists pads from the last axis to the first, two an axis. `sides`: begins then ends.
std::vector<int64_t> last_axis_first(const std::vector<int64_t>& sides);
/// Pads the node's input in ONNX by wrapping around, which opset 17 cannot say in one node: the last samples of each
/// spatial axis before it, the first ones behind it. Returns the name of the padded value.
std::string write_circular_padding(OnnxWriter& to, const std::vector<int64_t>& padding);

/// A file may say the kernel's size beside the weight. @throws Error when the two disagree
void check_onnx_kernel(const OnnxCall& call, const std::vector<int64_t>& kernel);

}  // namespace lathe
