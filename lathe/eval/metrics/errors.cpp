/// Distances between prediction and target; for classes, between their indices (ordered classes such as pain levels).
#include <cmath>

#include "lathe/eval/metrics/averages.h"

namespace lathe::formula {

double mae(const Tally& tally) {
  return ratio(tally.errors().absolute, tally.errors().count);
}
double rmse(const Tally& tally) {
  return std::sqrt(ratio(tally.errors().squared, tally.errors().count));
}

}  // namespace lathe::formula
