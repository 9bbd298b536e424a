#include "lathe/graph/tie.h"

namespace lathe {

TiedAxis TiedAxis::from(int64_t start) const {
  TiedAxis moved = *this;
  moved.offset = start;
  return moved;
}

TiedAxis TiedAxis::repeated(int64_t times) const {
  TiedAxis wider = *this;
  wider.repeat = times;
  return wider;
}

TiedAxis TiedAxis::in_blocks(int64_t count) const {
  TiedAxis blocked = *this;
  blocked.blocks = count;
  return blocked;
}

TiedAxis input_channels(int64_t input) {
  TiedAxis axis;
  axis.of = TiedAxis::Of::input;
  axis.input = input;
  return axis;
}

TiedAxis output_channels() { return {}; }

TiedAxis param_axis(std::string param, int64_t which) {
  TiedAxis axis;
  axis.of = TiedAxis::Of::param;
  axis.param = std::move(param);
  axis.axis = which;
  return axis;
}

}  // namespace lathe
