/// How many connections of each layer are active: a share of all, laid out over layers, in exact counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/graph/graph.h"

namespace lathe {

/// A weight that may be sparse.
struct SparseLayer {
  int node = -1;
  std::string name;            ///< of the parameter, "fc1.weight"
  std::vector<int64_t> sizes;  ///< [out, in, kernel …]
  int64_t size() const;
};

/// The weights of two and more axes that train, whose full or node name matches one of the globs, in the graph's order.
/// @throws Error for a glob that matches none of them, with the nearest name
std::vector<SparseLayer> sparse_layers(const Graph& graph, const std::vector<std::string>& globs);

struct Distribution {
  std::string_view name;
  std::string_view summary;
  /// The density of a layer but for a factor that all layers share; layers that would pass 1 are dense.
  double (*relative)(const SparseLayer& layer);
};
/// "uniform": the same everywhere; "erdos_renyi": (in + out) / (in · out); "erk": kernel sizes in both sums too.
/// Source: Mocanu et al. 2018 (arXiv:1707.04780); Evci et al. 2020 (arXiv:1911.11134).
const Registry<Distribution>& distributions();

/// The number of active connections of each layer. @param density  of all layers together, in (0, 1]
/// @throws Error for a density outside, or one that leaves a layer without connections: names it, and the least that
/// does not
std::vector<int64_t> active_counts(const std::vector<SparseLayer>& layers, double density,
                                   std::string_view distribution);

}  // namespace lathe
