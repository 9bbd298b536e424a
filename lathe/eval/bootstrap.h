/// Percentile bootstrap: how far a metric might have come out otherwise, had other windows or subjects been recorded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lathe/eval/metric.h"

namespace lathe {

struct BootstrapOptions {
  int64_t resamples = 1000;  ///< 0: values without intervals
  double level = 0.95;
  uint64_t seed = 0;
};

/// NaN stands for undefined: low and high are undefined where the value is, and where there are fewer than two units.
struct Interval {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// One interval a metric, all from the same resamples of whole units; the same seed gives the same intervals
/// everywhere. Resamples for which a metric is undefined are left out of its interval. Source: Efron & Tibshirani 1993,
/// An Introduction to the Bootstrap, 13.3; quantiles interpolate linearly.
std::vector<Interval> bootstrap(const Scores& scores, std::span<const Metric* const> metrics,
                                const BootstrapOptions& options = {});

}  // namespace lathe
