/// Connections come back where input and output are the most active together.
/// Source: numenta/nupic.research, archive/dynamic_sparse (hebbian_grow).
#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> grow_by_strength(const Connections& connections, int64_t count, Rng&) {
  const std::vector<int64_t> places = places_where(connections.active, false);
  return smallest(places, scores_at(places, [&](size_t i) { return -connections.strength[i]; }), count);
}

}  // namespace lathe
