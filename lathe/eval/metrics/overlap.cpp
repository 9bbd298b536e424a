/// Ratios of one class's hits, misses and false alarms: F1 (DICE), precision, recall, specificity.
#include "lathe/eval/metrics/averages.h"

namespace lathe::formula {

double f1_of_class(const Tally& tally, int64_t c) {
  const ClassCounts n = tally.against_rest(c);
  return ratio(2 * n.true_positives, 2 * n.true_positives + n.false_positives + n.false_negatives);
}

double precision_of_class(const Tally& tally, int64_t c) {
  const ClassCounts n = tally.against_rest(c);
  return ratio(n.true_positives, n.true_positives + n.false_positives);
}

double recall_of_class(const Tally& tally, int64_t c) {
  const ClassCounts n = tally.against_rest(c);
  return ratio(n.true_positives, n.true_positives + n.false_negatives);
}

double specificity_of_class(const Tally& tally, int64_t c) {
  const ClassCounts n = tally.against_rest(c);
  return ratio(n.true_negatives, n.true_negatives + n.false_positives);
}

double f1(const Tally& tally) {
  return f1_of_class(tally, 1);
}
double macro_f1(const Tally& tally) {
  return macro(tally, f1_of_class, Undefined::counts_as_zero);
}
double precision(const Tally& tally) {
  return positive_or_macro(tally, precision_of_class, Undefined::counts_as_zero);
}
double recall(const Tally& tally) {
  return positive_or_macro(tally, recall_of_class, Undefined::counts_as_zero);
}
double specificity(const Tally& tally) {
  return positive_or_macro(tally, specificity_of_class, Undefined::left_out);
}

}  // namespace lathe::formula
