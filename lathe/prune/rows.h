/// What criteria share: a value for every entry of a cut axis, summed over a unit's entries, brought together over the
/// layers of a group. Not a criterion.
#pragma once

#include <functional>

#include "lathe/prune/criterion.h"

namespace lathe {

/// Sums `value` over all axes but `axis`: one number an entry.
std::vector<double> sums_over_others(const at::Tensor& value, int64_t axis);

/// One number a unit: the sum over its entries along the cut.
std::vector<double> unit_sums(const ChannelGroup& group, const Cut& cut, const std::vector<double>& per_entry);

/// For every cut that `value_of` gives a tensor for (undefined: skipped), the unit sums; then reduced over the cuts.
/// @throws Error when no cut is left
std::vector<double> reduced(const ScoreCase& at,
                            const std::function<at::Tensor(const Cut&, const at::Tensor& weight)>& value_of);

/// True for what trains and is no bias: the weights that magnitudes are about.
bool is_weight(const Graph& graph, const Cut& cut);

}  // namespace lathe
