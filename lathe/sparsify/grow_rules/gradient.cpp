/// Connections come back where the loss would fall fastest.
/// Source: Evci et al. 2020, RigL (arXiv:1911.11134).
#include <cmath>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> grow_by_gradient(const Connections& connections, int64_t count, Rng&) {
  const std::vector<int64_t> places = places_where(connections.active, false);
  return smallest(places, scores_at(places, [&](size_t i) { return -std::abs(connections.gradient[i]); }), count);
}

}  // namespace lathe
