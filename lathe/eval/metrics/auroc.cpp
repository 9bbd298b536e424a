/// Area under the ROC curve: the chance that a positive outscores a negative, whatever the threshold.
#include "lathe/eval/metrics/averages.h"

namespace lathe::formula {

double auroc_of_class(const Tally& tally, int64_t c) {
  return tally.area(c);
}
double auroc(const Tally& tally) {
  return positive_or_macro(tally, auroc_of_class, Undefined::left_out);
}

}  // namespace lathe::formula
