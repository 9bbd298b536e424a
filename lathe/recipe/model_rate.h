/// The sampling rate that a network was made for, where its answer depends on one: a spectrum in hertz does.
#pragma once

#include <optional>
#include <string>

#include "lathe/graph/graph.h"

namespace lathe {

struct RateMismatch {
  std::string node;
  double rate_hz = 0;  ///< that the node was made for
};

/// The first node with an attribute `rate_hz` that is not this rate; nothing where the rate is not known (0).
std::optional<RateMismatch> rate_mismatch(const Graph& graph, double rate_hz);

}  // namespace lathe
