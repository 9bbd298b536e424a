/// Two ways to the same count of won pairs: a walk over all samples, or a table over pairs of units where these are
/// few.
#include "lathe/eval/ranking.h"

#include <algorithm>
#include <limits>

namespace lathe {
namespace {

constexpr uint32_t positive_bit = 1;
constexpr uint32_t last_of_tie_bit = 2;
constexpr int unit_shift = 2;
constexpr int64_t most_units_in_table = 1024;  // 8 MB, and a pass over it stays below a millisecond

}  // namespace

Ranking::Ranking(std::vector<Ranked> samples, int64_t units)
    : positives_(static_cast<size_t>(units)), negatives_(static_cast<size_t>(units)) {
  std::sort(samples.begin(), samples.end(), [](const Ranked& a, const Ranked& b) { return a.score < b.score; });
  order_.reserve(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    const Ranked& sample = samples[i];
    const bool last = i + 1 == samples.size() || samples[i + 1].score != sample.score;
    order_.push_back(sample.unit << unit_shift | (last ? last_of_tie_bit : 0) | (sample.positive ? positive_bit : 0));
    (sample.positive ? positives_ : negatives_)[sample.unit] += 1;
  }
  if (units <= most_units_in_table && units * units <= static_cast<int64_t>(order_.size())) count_pairs(units);
}

void Ranking::count_pairs(int64_t units) {
  const auto width = static_cast<size_t>(units);
  pairs_.assign(width * width, 0);
  std::vector<double> below(width);  // negatives passed, those of the current tie counted half
  const auto pass_half = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i)
      if (!(order_[i] & positive_bit)) below[order_[i] >> unit_shift] += 0.5;
  };
  for (size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
    while (!(order_[end++] & last_of_tie_bit)) {
    }
    pass_half(begin, end);
    for (size_t i = begin; i < end; ++i) {
      if (!(order_[i] & positive_bit)) continue;
      double* row = pairs_.data() + (order_[i] >> unit_shift) * width;
      for (size_t unit = 0; unit < width; ++unit) row[unit] += below[unit];
    }
    pass_half(begin, end);
  }
}

double Ranking::wins_by_table(std::span<const double> unit_weights) const {
  const size_t width = unit_weights.size();
  double wins = 0;
  for (size_t winner = 0; winner < width; ++winner) {
    if (unit_weights[winner] == 0) continue;
    const double* row = pairs_.data() + winner * width;
    double won = 0;
    for (size_t unit = 0; unit < width; ++unit) won += row[unit] * unit_weights[unit];
    wins += unit_weights[winner] * won;
  }
  return wins;
}

double Ranking::wins_by_walk(std::span<const double> unit_weights) const {
  double wins = 0, below = 0, tie[2] = {0, 0};  // tie: weight of the negatives and of the positives at this score
  for (const uint32_t entry : order_) {
    tie[entry & positive_bit] += unit_weights[entry >> unit_shift];
    if (!(entry & last_of_tie_bit)) continue;
    wins += tie[1] * (below + tie[0] / 2);
    below += tie[0];
    tie[0] = tie[1] = 0;
  }
  return wins;
}

double Ranking::area(std::span<const double> unit_weights) const {
  double positives = 0, negatives = 0;
  for (size_t unit = 0; unit < unit_weights.size(); ++unit) {
    positives += unit_weights[unit] * positives_[unit];
    negatives += unit_weights[unit] * negatives_[unit];
  }
  if (positives == 0 || negatives == 0) return std::numeric_limits<double>::quiet_NaN();
  const double wins = pairs_.empty() ? wins_by_walk(unit_weights) : wins_by_table(unit_weights);
  return wins / (positives * negatives);
}

}  // namespace lathe
