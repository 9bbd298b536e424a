/// Expected calibration error: how far the confidence of the classes named is from how often they are right.
#include <cmath>

#include "lathe/eval/metrics/averages.h"

namespace lathe::formula {

/// Windows are binned by the probability of the class that is largest; the bins' gaps are weighted by their windows.
/// Source: Guo et al. 2017, On Calibration of Modern Neural Networks (arXiv:1706.04599), equation 3, with 15 bins.
double calibration_error(const Tally& tally) {
  double gaps = 0;  // a bin's share times its gap is the size of its summed gap
  for (int64_t bin = 0; bin < ConfidenceCell::bins; ++bin)
    gaps += std::abs(tally.confidence(bin).right - tally.confidence(bin).confidence);
  return ratio(gaps, tally.total());
}

}  // namespace lathe::formula
