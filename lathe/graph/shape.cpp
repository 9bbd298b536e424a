#include "lathe/graph/shape.h"

namespace lathe {

int64_t Shape::count() const {
  int64_t count = 1;
  for (const int64_t size : sizes_) count *= size;
  return count;
}

Shape Shape::with(size_t axis, int64_t size) const {
  Shape changed = *this;
  changed.sizes_[axis] = size;
  return changed;
}

std::string Shape::text() const {
  std::string text = "[";
  for (size_t axis = 0; axis < sizes_.size(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(sizes_[axis]);
  }
  return text + "]";
}

}  // namespace lathe
