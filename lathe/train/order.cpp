#include "lathe/train/order.h"

#include <numeric>
#include <utility>

#include "lathe/base/rng.h"

namespace lathe {

namespace {

/// Row by row: one of those that are held back leaves, the next of the file takes its place.
std::vector<int64_t> through_buffer(const std::vector<int64_t>& file, int64_t buffer, Rng& rng) {
  std::vector<int64_t> held(file.begin(), file.begin() + buffer), order;
  for (auto next = file.begin() + buffer; !held.empty();) {
    int64_t& drawn = held[static_cast<size_t>(rng.below(static_cast<int64_t>(held.size())))];
    order.push_back(drawn);
    if (next != file.end()) {
      drawn = *next++;
    } else {
      drawn = held.back();
      held.pop_back();
    }
  }
  return order;
}

}  // namespace

std::vector<int64_t> epoch_order(int64_t rows, bool shuffle, uint64_t seed, int64_t epoch, int64_t buffer) {
  std::vector<int64_t> order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (!shuffle) return order;
  Rng rng(Rng(seed).bits() + static_cast<uint64_t>(epoch));  // hashed first: seed 0, epoch 1 is not seed 1, epoch 0
  if (buffer > 0 && buffer < rows) return through_buffer(order, buffer, rng);
  for (int64_t i = rows - 1; i > 0; --i)
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(rng.below(i + 1))]);
  return order;
}

}  // namespace lathe
