/// Keys of sparse training to SparsityOptions: the same in a recipe's step and in `lathe sparsify`.
#pragma once

#include "lathe/base/settings.h"
#include "lathe/sparsify/sparse_training.h"

namespace lathe {

/// Keys: method, layers, density, distribution, start, prune, grow, share, share_schedule, until, update_every,
/// update_per, groups_of, kept, rounds, filter_keep, filter_grow, strength, deviations, collect, average_decay,
/// look_every, scale_weights.
/// @throws Error where a key was written that cannot be, or has no effect beside the others
SparsityOptions sparsity_options(const Settings& settings);

}  // namespace lathe
