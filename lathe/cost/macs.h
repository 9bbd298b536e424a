/// What counts as a multiply-accumulate: the conventions of published figures, by name. Figures compare only within
/// one.
#pragma once

#include "lathe/base/registry.h"
#include "lathe/graph/graph.h"

namespace lathe {

struct MacConvention {
  std::string_view name;
  std::string_view summary;
  /// Of one call on one input; all shapes with batch 1.
  int64_t (*count)(const Node& node, const Inputs& in, const Shape& output);
};

const Registry<MacConvention>& mac_conventions();

}  // namespace lathe
