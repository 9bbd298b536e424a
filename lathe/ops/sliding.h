/// What conv and pooling share: windows that slide over one or two spatial axes with explicit, possibly uneven padding.
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

  /// Output sizes for input sizes. @throws Error when the kernel does not fit into the padded input.
  Shape shape(const Shape& input, int64_t channels, const std::vector<int64_t>& kernel, std::string_view op) const;
  Window window(const std::vector<int64_t>& kernel) const;

  /// kernel_shape, strides, dilations and pads.
  OnnxAttributes onnx_attributes(const std::vector<int64_t>& kernel) const;
  /// From the same attributes, or auto_pad. @throws Error (unsupported) for other than one or two spatial axes
  static Sliding from_onnx(const OnnxCall& call, const std::vector<int64_t>& kernel);

  /// Padding that LibTorch's own ops can do (the same on both sides), the rest of it to be done before.
  std::vector<int64_t> even_part() const;
  /// `x` padded by what even_part leaves over, with `value`.
  Tensor pad_uneven(const Tensor& x, double value) const;
  /// `x` padded whole, by wrapping around.
  Tensor pad_circular(const Tensor& x) const;
};

}  // namespace lathe
