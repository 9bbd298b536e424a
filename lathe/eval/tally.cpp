/// Adds up per-unit counts under weights.
#include "lathe/eval/tally.h"

#include <cstdlib>

namespace lathe {

Tally::Tally(const Scores& scores, std::span<const double> unit_weights)
    : scores_(scores), unit_weights_(unit_weights), confusion_(scores.class_names.size() * scores.class_names.size()) {
  for (const ConfusionCell& cell : scores.cells) {
    const double count = unit_weights[static_cast<size_t>(cell.unit)] * cell.count;
    const auto difference = static_cast<double>(std::abs(cell.truth - cell.predicted));
    confusion_[static_cast<size_t>(cell.truth * classes() + cell.predicted)] += count;
    errors_.absolute += count * difference;
    errors_.squared += count * difference * difference;
    errors_.count += count;
  }
  for (size_t unit = 0; unit < scores.errors.size(); ++unit) {
    errors_.absolute += unit_weights[unit] * scores.errors[unit].absolute;
    errors_.squared += unit_weights[unit] * scores.errors[unit].squared;
    errors_.count += unit_weights[unit] * scores.errors[unit].count;
  }
  for (const ConfidenceCell& cell : scores.confidences) {
    const double weight = unit_weights[static_cast<size_t>(cell.unit)];
    ConfidenceCell& sum = confidences_[static_cast<size_t>(cell.bin)];
    sum.count += weight * cell.count;
    sum.right += weight * cell.right;
    sum.confidence += weight * cell.confidence;
  }
  total_ = errors_.count;
}

ClassCounts Tally::against_rest(int64_t c) const {
  ClassCounts counts{.true_positives = confusion(c, c)};
  for (int64_t other = 0; other < classes(); ++other) {
    if (other == c) continue;
    counts.false_positives += confusion(other, c);
    counts.false_negatives += confusion(c, other);
  }
  counts.true_negatives = total_ - counts.true_positives - counts.false_positives - counts.false_negatives;
  return counts;
}

double Tally::area(int64_t c) const {
  // Of two classes, the area is the same whichever one is asked for.
  return scores_.rankings[task() == Task::binary ? 0 : static_cast<size_t>(c)].area(unit_weights_);
}

}  // namespace lathe
