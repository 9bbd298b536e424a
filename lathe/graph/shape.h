/// The sizes of a tensor, batch first: [N, C, T] or [N, C, H, W] or [N, F]. Not a tensor: no data, no type.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/base/errors.h"

namespace lathe {

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> sizes) : sizes_(sizes) {}
  explicit Shape(std::vector<int64_t> sizes) : sizes_(std::move(sizes)) {}

  int64_t operator[](size_t axis) const { return sizes_[axis]; }
  size_t rank() const { return sizes_.size(); }
  /// Number of values.
  int64_t count() const;
  /// The axes behind batch and channel: 1 for [N, C, T], 2 for [N, C, H, W], 0 for [N, F].
  size_t spatial() const { return rank() < 2 ? 0 : rank() - 2; }
  /// The same shape with one size replaced.
  Shape with(size_t axis, int64_t size) const;
  const std::vector<int64_t>& sizes() const { return sizes_; }
  std::string text() const;
  bool operator==(const Shape&) const = default;

 private:
  std::vector<int64_t> sizes_;
};

}  // namespace lathe

template <>
struct fmt::formatter<lathe::Shape> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const lathe::Shape& shape, Context& context) const {
    return fmt::formatter<std::string_view>::format(shape.text(), context);
  }
};
