#include "lathe/sparsify/filters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lathe {
namespace {

int64_t share_of(double share, int64_t weights) {
  return std::max<int64_t>(1, static_cast<int64_t>(share * static_cast<double>(weights) + 1e-9));
}

}  // namespace

void renew_filters(const FilterShares& shares, const std::vector<int64_t>& sizes, std::span<const double> strength,
                   std::span<float> weight, std::span<uint8_t> mask, Rng& rng) {
  const int64_t filters = sizes.at(0) * sizes.at(1), weights = std::ssize(weight) / filters;
  if (weights == 1) return;
  const int64_t kept = share_of(shares.keep, weights),
                left = std::max(kept, share_of(shares.keep + shares.grow, weights));
  const double bound = std::sqrt(6.0 / static_cast<double>(sizes[1] * weights));
  std::vector<int64_t> order(static_cast<size_t>(weights));
  for (int64_t filter = 0; filter < filters; ++filter) {
    const auto first = static_cast<size_t>(filter * weights);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return strength[first + static_cast<size_t>(a)] > strength[first + static_cast<size_t>(b)];
    });
    const double weakest = strength[first + static_cast<size_t>(order[static_cast<size_t>(kept - 1)])];
    for (int64_t rank = 0; rank < weights; ++rank) {
      const size_t at = first + static_cast<size_t>(order[static_cast<size_t>(rank)]);
      if (shares.as_published) {
        if (strength[at] < weakest) weight[at] = 0;
        continue;
      }
      if (rank >= kept) weight[at] = rank < left ? static_cast<float>(rng.uniform(-bound, bound)) : 0.F;
      mask[at] = rank < left ? 1 : 0;
    }
  }
}

}  // namespace lathe
