/// Draws units with replacement, as weights: nothing is copied or sorted again.
#include "lathe/eval/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lathe/base/rng.h"

namespace lathe {
namespace {

/// Linear interpolation between order statistics, NumPy's default.
double quantile(const std::vector<double>& sorted, double at) {
  const double position = at * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::vector<Interval> bootstrap(const Scores& scores, std::span<const Metric* const> metrics,
                                const BootstrapOptions& options) {
  check(options.resamples >= 0, "bootstrap: a negative number of resamples (expected 0 or more, got {})",
        options.resamples);
  check(options.level > 0 && options.level < 1, "bootstrap: level is not a fraction (expected between 0 and 1, got {})",
        options.level);
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> weights(static_cast<size_t>(scores.units), 1.0);
  std::vector<Interval> intervals;
  const Tally everything(scores, weights);
  for (const Metric* metric : metrics) intervals.push_back({metric->compute(everything), undefined, undefined});
  if (scores.units < 2) return intervals;

  Rng rng(options.seed);
  std::vector<std::vector<double>> drawn(metrics.size());
  for (int64_t resample = 0; resample < options.resamples; ++resample) {
    std::fill(weights.begin(), weights.end(), 0.0);
    for (int64_t draw = 0; draw < scores.units; ++draw) weights[static_cast<size_t>(rng.below(scores.units))] += 1;
    const Tally tally(scores, weights);
    for (size_t i = 0; i < metrics.size(); ++i) {
      const double value = metrics[i]->compute(tally);
      if (!std::isnan(value)) drawn[i].push_back(value);
    }
  }
  for (size_t i = 0; i < metrics.size(); ++i) {
    if (std::isnan(intervals[i].value) || drawn[i].empty()) continue;
    std::sort(drawn[i].begin(), drawn[i].end());
    intervals[i].low = quantile(drawn[i], (1 - options.level) / 2);
    intervals[i].high = quantile(drawn[i], (1 + options.level) / 2);
  }
  return intervals;
}

}  // namespace lathe
