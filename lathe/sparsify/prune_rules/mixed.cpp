/// A connection stays that is strong or has a large weight.
/// Source: numenta/nupic.research, archive/dynamic_sparse (the two masks of kept ones, joined).
#include <algorithm>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> prune_by_signed_magnitude(const Connections& connections, double share);
std::vector<int64_t> prune_by_strength(const Connections& connections, double share);

std::vector<int64_t> prune_by_both(const Connections& connections, double share) {
  std::vector<int64_t> small = prune_by_signed_magnitude(connections, share),
                       weak = prune_by_strength(connections, share);
  std::sort(small.begin(), small.end());
  std::sort(weak.begin(), weak.end());
  std::vector<int64_t> both;
  std::set_intersection(small.begin(), small.end(), weak.begin(), weak.end(), std::back_inserter(both));
  return both;
}

}  // namespace lathe
