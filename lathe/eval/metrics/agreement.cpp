/// How often truth and prediction agree: accuracy, and kappa, which takes out what chance alone would give.
#include "lathe/eval/metrics/averages.h"

namespace lathe::formula {

static double hits(const Tally& tally) {
  double sum = 0;
  for (int64_t c = 0; c < tally.classes(); ++c) sum += tally.confusion(c, c);
  return sum;
}

double accuracy(const Tally& tally) {
  return ratio(hits(tally), tally.total());
}

double kappa(const Tally& tally) {
  double by_chance = 0;  // times total², which keeps counts whole: "chance explains all" is then an exact 0/0
  for (int64_t c = 0; c < tally.classes(); ++c) {
    const ClassCounts n = tally.against_rest(c);
    by_chance += (n.true_positives + n.false_negatives) * (n.true_positives + n.false_positives);
  }
  const double total = tally.total() * tally.total();
  return ratio(hits(tally) * tally.total() - by_chance, total - by_chance);
}

}  // namespace lathe::formula
