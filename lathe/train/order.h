/// In which order rows are met. A pure function, so that a run can be resumed in the middle of an epoch.
#pragma once

#include <cstdint>
#include <vector>

namespace lathe {

/// 0 … rows-1; shuffled, another permutation for every (seed, epoch), the same on every machine.
/// @param buffer  0, or how many rows the order may hold back: the file is read from its begin to its end, and each row
/// is drawn from that many; what lies on a slow disk is then read nearly in its order
std::vector<int64_t> epoch_order(int64_t rows, bool shuffle, uint64_t seed, int64_t epoch, int64_t buffer = 0);

}  // namespace lathe
