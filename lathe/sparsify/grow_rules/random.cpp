/// Connections come back anywhere, each as likely as any other.
#include <algorithm>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> grow_at_random(const Connections& connections, int64_t count, Rng& rng) {
  std::vector<int64_t> places = places_where(connections.active, false);
  count = std::min(count, static_cast<int64_t>(places.size()));
  for (int64_t i = 0; i < count; ++i)
    std::swap(places[static_cast<size_t>(i)],
              places[static_cast<size_t>(i + rng.below(static_cast<int64_t>(places.size()) - i))]);
  places.resize(static_cast<size_t>(count));
  return places;
}

}  // namespace lathe
