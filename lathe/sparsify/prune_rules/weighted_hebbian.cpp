/// The smallest products of weight and strength go, positive and negative weights apart.
/// Source: numenta/nupic.research, archive/dynamic_sparse (DSNNWeightedMag).
#include <cmath>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> prune_by_weighted_strength(const Connections& connections, double share) {
  return smallest_of_each_sign(connections, share, [&](size_t i) {
    return std::abs(static_cast<double>(connections.weight[i]) * connections.strength[i]);
  });
}

}  // namespace lathe
