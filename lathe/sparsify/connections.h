/// One layer's weights as a list of connections, and the rules that choose among them: which go, which come back.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/base/rng.h"

namespace lathe {

/// All spans have one entry a weight; those that no rule in use asks for are empty.
struct Connections {
  std::span<const float> weight;
  std::span<const float> gradient;   ///< of the latest batch, also where the mask is off
  std::span<const double> strength;  ///< what the input and the output have to do with each other
  std::span<const uint8_t> active;   ///< the mask
};

/// What a rule needs to be told besides the weights and the mask.
struct RuleNeeds {
  bool strength = false, gradient = false;
};

struct PruneRule {
  std::string_view name;
  std::string_view summary;
  RuleNeeds needs;
  /// Places of active connections that go, about `share` of them. Connections of weight exactly 0 go besides: those
  /// that grew and were never used have no sign, and would stay for ever where signs are ranked apart.
  std::vector<int64_t> (*choose)(const Connections& connections, double share);
};
const Registry<PruneRule>& prune_rules();

struct GrowRule {
  std::string_view name;
  std::string_view summary;
  RuleNeeds needs;
  /// Places of `count` connections that are not active, all different.
  std::vector<int64_t> (*choose)(const Connections& connections, int64_t count, Rng& rng);
};
const Registry<GrowRule>& grow_rules();

/// What rules are made of: the `count` places with the smallest scores, the first of equals first.
std::vector<int64_t> smallest(std::span<const int64_t> places, std::span<const double> scores, int64_t count);
/// Scores where they stand, one a place.
template <class Score>
std::vector<double> scores_at(std::span<const int64_t> places, const Score& score) {
  std::vector<double> scores;
  scores.reserve(places.size());
  for (const int64_t place : places) scores.push_back(score(static_cast<size_t>(place)));
  return scores;
}
/// Places of the connections that are active, or those that are not.
std::vector<int64_t> places_where(std::span<const uint8_t> active, bool wanted);
/// `share` of the connections go, the smallest scores first; exact zeros go before all.
template <class Score>
std::vector<int64_t> smallest_of_all(const Connections& connections, double share, const Score& score) {
  std::vector<int64_t> gone, used;
  for (const int64_t place : places_where(connections.active, true))
    (connections.weight[static_cast<size_t>(place)] == 0 ? gone : used).push_back(place);
  const auto count = static_cast<int64_t>(share * static_cast<double>(used.size()));
  for (const int64_t place : smallest(used, scores_at(used, score), count)) gone.push_back(place);
  return gone;
}
/// The rule of SET with any score: `share` of the positive and `share` of the negative weights go, the smallest scores
/// first; exact zeros go before all.
template <class Score>
std::vector<int64_t> smallest_of_each_sign(const Connections& connections, double share, const Score& score) {
  std::vector<int64_t> gone, positive, negative;
  for (const int64_t place : places_where(connections.active, true)) {
    const float weight = connections.weight[static_cast<size_t>(place)];
    (weight > 0 ? positive : weight < 0 ? negative : gone).push_back(place);
  }
  for (const std::vector<int64_t>* side : {&positive, &negative}) {
    const auto count = static_cast<int64_t>(share * static_cast<double>(side->size()));
    for (const int64_t place : smallest(*side, scores_at(*side, score), count)) gone.push_back(place);
  }
  return gone;
}

}  // namespace lathe
