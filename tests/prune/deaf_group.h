/// Makes the readers of a group deaf to some of its units: what the deafening law compares removal with.
#pragma once

#include <ATen/ops/index_fill.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "lathe/graph/groups.h"

namespace lathe::test {

/// A copy whose readers have zeros where these units lie. Tensors that are not touched are shared with `graph`.
inline Graph deaf_to(const Graph& graph, const ChannelGroup& group, const std::vector<Unit>& units) {
  Graph deaf = graph;
  for (size_t i = 0; i < group.cuts.size(); ++i) {
    if (group.roles[i] != Role::reads) continue;
    const Cut& cut = group.cuts[i];
    std::vector<int64_t> entries;
    for (const Unit& unit : units)
      for (const int64_t entry : entries_of(unit, cut)) entries.push_back(entry);
    Tensor& value = deaf.nodes[static_cast<size_t>(cut.node)].params.find(cut.param)->value;
    value = at::index_fill(value.detach(), cut.axis, at::tensor(entries), 0);
  }
  return deaf;
}

/// The largest difference, in units of the largest expected value.
inline double relative_difference(const Tensor& got, const Tensor& expected) {
  if (got.sizes() != expected.sizes()) return INFINITY;
  const double size = std::max(1e-30, expected.abs().max().item<double>());
  return got.sub(expected).abs().max().item<double>() / size;
}

}  // namespace lathe::test
