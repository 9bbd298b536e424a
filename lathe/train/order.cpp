#include "lathe/train/order.h"

#include <numeric>
#include <utility>

#include "lathe/base/rng.h"

namespace lathe {

std::vector<int64_t> epoch_order(int64_t rows, bool shuffle, uint64_t seed, int64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (!shuffle) return order;
  Rng rng(Rng(seed).bits() + static_cast<uint64_t>(epoch));  // hashed first: seed 0, epoch 1 is not seed 1, epoch 0
  for (int64_t i = rows - 1; i > 0; --i)
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(rng.below(i + 1))]);
  return order;
}

}  // namespace lathe
