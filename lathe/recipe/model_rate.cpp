#include "lathe/recipe/model_rate.h"

namespace lathe {

std::optional<RateMismatch> rate_mismatch(const Graph& graph, double rate_hz) {
  if (rate_hz == 0) return std::nullopt;
  for (const Node& node : graph.nodes) {
    const Attributes attributes = node.op->attributes();
    if (attributes.values().count("rate_hz") == 0 || attributes.real("rate_hz") == rate_hz) continue;
    return RateMismatch{node.name, attributes.real("rate_hz")};
  }
  return std::nullopt;
}

}  // namespace lathe
