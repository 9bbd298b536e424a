/// The tables of rules: one line an entry. And what rules share.
#include <algorithm>
#include <numeric>

#include "lathe/sparsify/connections.h"

namespace lathe {

std::vector<int64_t> prune_by_magnitude(const Connections& connections, double share);
std::vector<int64_t> prune_by_signed_magnitude(const Connections& connections, double share);
std::vector<int64_t> prune_by_strength(const Connections& connections, double share);
std::vector<int64_t> prune_by_weighted_strength(const Connections& connections, double share);
std::vector<int64_t> prune_by_both(const Connections& connections, double share);
std::vector<int64_t> grow_at_random(const Connections& connections, int64_t count, Rng& rng);
std::vector<int64_t> grow_by_strength(const Connections& connections, int64_t count, Rng& rng);
std::vector<int64_t> grow_by_gradient(const Connections& connections, int64_t count, Rng& rng);

const Registry<PruneRule>& prune_rules() {
  static const PruneRule entries[] = {
      {"hebbian", "the connections whose ends are the least active together", {.strength = true}, prune_by_strength},
      {"magnitude", "the smallest weights", {}, prune_by_magnitude},
      {"mixed",
       "the connections that both `hebbian` and `signed_magnitude` would prune",
       {.strength = true},
       prune_by_both},
      {"signed_magnitude", "the smallest weights, positive and negative ones apart", {}, prune_by_signed_magnitude},
      {"weighted_hebbian",
       "the smallest |weight · strength|, positive and negative weights apart",
       {.strength = true},
       prune_by_weighted_strength},
  };
  static const Registry<PruneRule> registry("prune rule", entries);
  return registry;
}

const Registry<GrowRule>& grow_rules() {
  static const GrowRule entries[] = {
      {"gradient", "where the gradient is largest (RigL)", {.gradient = true}, grow_by_gradient},
      {"hebbian", "where input and output are the most active together", {.strength = true}, grow_by_strength},
      {"random", "anywhere", {}, grow_at_random},
  };
  static const Registry<GrowRule> registry("grow rule", entries);
  return registry;
}

std::vector<int64_t> smallest(std::span<const int64_t> places, std::span<const double> scores, int64_t count) {
  std::vector<size_t> order(places.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto before = [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] < scores[b] : a < b; };
  const auto end = order.begin() + std::min<std::ptrdiff_t>(count, std::ssize(order));
  if (end != order.end()) std::nth_element(order.begin(), end, order.end(), before);
  std::sort(order.begin(), end);
  std::vector<int64_t> chosen;
  for (auto i = order.begin(); i != end; ++i) chosen.push_back(places[*i]);
  return chosen;
}

std::vector<int64_t> places_where(std::span<const uint8_t> active, bool wanted) {
  std::vector<int64_t> places;
  for (size_t i = 0; i < active.size(); ++i)
    if ((active[i] != 0) == wanted) places.push_back(static_cast<int64_t>(i));
  return places;
}

}  // namespace lathe
