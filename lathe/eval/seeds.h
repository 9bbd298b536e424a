/// Intervals over seeds: what a result would have been with other draws of weights and batches.
#pragma once

#include <vector>

namespace lathe {

struct SeedInterval {
  double mean = 0;
  double deviation = 0;      ///< of the sample (divided by n - 1); NaN for one value
  double low = 0, high = 0;  ///< 95 % interval of the mean, from Student's t; NaN for one value
};

/// @param values  one a seed, at least one
SeedInterval seed_interval(const std::vector<double>& values);
/// Of the differences a[i] - b[i]: seeds are compared pair by pair. @throws Error when the numbers of values differ
SeedInterval seed_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace lathe
