/// The smallest weights go, positive and negative ones apart.
/// Source: Mocanu et al. 2018, SET (arXiv:1707.04780).
#include <cmath>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> prune_by_signed_magnitude(const Connections& connections, double share) {
  return smallest_of_each_sign(connections, share, [&](size_t i) { return std::abs(connections.weight[i]); });
}

}  // namespace lathe
