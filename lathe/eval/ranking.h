/// Samples of one yes-or-no question in score order, sorted once: the area under the ROC curve for any unit weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lathe {

/// One sample: its score, the bootstrap unit that it belongs to, and whether it is a positive.
struct Ranked {
  double score = 0;
  uint32_t unit = 0;
  bool positive = false;
};

class Ranking {
 public:
  /// `units` is one more than the largest unit; below 2^30.
  Ranking(std::vector<Ranked> samples, int64_t units);

  /// The chance that a positive outscores a negative, ties counted half, every sample weighted by its unit's weight.
  /// NaN when the weights leave no positive or no negative.
  double area(std::span<const double> unit_weights) const;

 private:
  double wins_by_walk(std::span<const double> unit_weights) const;
  double wins_by_table(std::span<const double> unit_weights) const;
  void count_pairs(int64_t units);

  std::vector<uint32_t> order_;    // ascending score: unit << 2 | last of its tie << 1 | positive
  std::vector<double> positives_;  // [unit]
  std::vector<double> negatives_;  // [unit]
  std::vector<double>
      pairs_;  // [unit of the positive, unit of the negative]: pairs won; empty where walking is cheaper
};

}  // namespace lathe
