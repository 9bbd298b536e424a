/// The smallest weights go.
/// Source: Evci et al. 2020, RigL (arXiv:1911.11134).
#include <cmath>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> prune_by_magnitude(const Connections& connections, double share) {
  return smallest_of_all(connections, share, [&](size_t i) { return std::abs(connections.weight[i]); });
}

}  // namespace lathe
