/// What fires together stays wired together: the weakest connections go, whatever their weights.
/// Source: numenta/nupic.research, archive/dynamic_sparse.
#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> prune_by_strength(const Connections& connections, double share) {
  return smallest_of_all(connections, share, [&](size_t i) { return connections.strength[i]; });
}

}  // namespace lathe
