/// What ops share that act on each value alone: same shape, same channels, may be done in place.
#pragma once

#include "lathe/graph/op.h"

namespace lathe {

class Elementwise : public Op {
 public:
  Shape shape(const Inputs& in) const override { return in[0]; }
  Ties ties(const Inputs& in) const override {
    if (in[0].rank() < 2) return {};
    return {{in[0][1], {input_channels(), output_channels()}}};
  }
  bool in_place() const override { return true; }
};

}  // namespace lathe
