/// What a weighting of the units adds up to: the one thing that metrics are formulas over.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "lathe/eval/scores.h"

namespace lathe {

/// One class against all others.
struct ClassCounts {
  double true_positives = 0;
  double false_positives = 0;
  double false_negatives = 0;
  double true_negatives = 0;
  /// In the truth or among the predictions.
  bool occurs() const { return true_positives + false_positives + false_negatives > 0; }
};

/// Refers to the scores and the weights that it was made from; both outlive it.
class Tally {
 public:
  Tally(const Scores& scores, std::span<const double> unit_weights);

  Task task() const { return scores_.task; }
  int64_t classes() const { return static_cast<int64_t>(scores_.class_names.size()); }
  /// Weighted number of samples of class `truth` taken for class `predicted`.
  double confusion(int64_t truth, int64_t predicted) const {
    return confusion_[static_cast<size_t>(truth * classes() + predicted)];
  }
  /// Weighted number of samples.
  double total() const { return total_; }
  ClassCounts against_rest(int64_t c) const;
  /// Area under the ROC curve of one class against the rest; NaN when either side is empty.
  double area(int64_t c) const;
  /// Of the windows whose confidence lies in a bin: how many, how many right, the sum of confidences.
  const ConfidenceCell& confidence(int64_t bin) const { return confidences_[static_cast<size_t>(bin)]; }
  /// Sums of prediction - target; for classes the difference of class indices.
  const ErrorSum& errors() const { return errors_; }

 private:
  const Scores& scores_;
  std::span<const double> unit_weights_;
  std::vector<double> confusion_;
  std::array<ConfidenceCell, ConfidenceCell::bins> confidences_ = {};
  double total_ = 0;
  ErrorSum errors_;
};

}  // namespace lathe
