#include "lathe/data/readers/stretches.h"

#include <algorithm>
#include <cmath>

#include "lathe/base/errors.h"

namespace lathe::data_detail {
namespace {

/// Whether each sample lacks a number in some channel.
std::vector<bool> blanks_of(const Series& series) {
  const int64_t samples = series.samples();
  std::vector<bool> blank(static_cast<size_t>(samples));
  const auto* value = series.values.const_data_ptr<double>();
  for (int64_t c = 0; c < series.values.size(0); ++c)
    for (int64_t t = 0; t < samples; ++t, ++value)
      if (!std::isfinite(*value)) blank[static_cast<size_t>(t)] = true;
  return blank;
}

}  // namespace

std::vector<Stretch> stretches_of(const Series& series, const Timeline& timeline, bool around_blanks) {
  const int64_t samples = series.samples();
  const std::vector<bool> blank = around_blanks ? blanks_of(series) : std::vector<bool>(static_cast<size_t>(samples));
  const std::vector<int32_t>& groups = series.groups.codes;
  std::vector<Stretch> stretches;
  auto gap = timeline.gaps.begin();
  bool open = false;
  for (int64_t t = 0; t < samples; ++t) {
    const auto at = static_cast<size_t>(t);
    const bool after_gap = gap != timeline.gaps.end() && *gap == t;
    if (after_gap) ++gap;
    if (after_gap || (t > 0 && !groups.empty() && groups[at] != groups[at - 1])) open = false;
    if (blank[at]) {
      open = false;
    } else if (open) {
      stretches.back().end = t + 1;
    } else {
      stretches.push_back({t, t + 1});
      open = true;
    }
  }
  return stretches;
}

void refuse_blanks(const Series& series) {
  const std::vector<bool> blank = blanks_of(series);
  const auto first = std::find(blank.begin(), blank.end(), true);
  if (first == blank.end()) return;
  const int64_t t = first - blank.begin(), run = std::find(first, blank.end(), false) - first;
  const auto* value = series.values.const_data_ptr<double>() + t;
  size_t channel = 0;
  while (std::isfinite(value[static_cast<int64_t>(channel) * series.samples()])) ++channel;
  fail(
      "line {}, column '{}': {} sample{} in a row miss{} a number, {} in all (expected none); missing = \"drop\" cuts "
      "windows around them",
      series.first_line + t, series.channels[channel], run, run == 1 ? "" : "s", run == 1 ? "es" : "",
      std::count(blank.begin(), blank.end(), true));
}

int64_t count_blanks(const Series& series) {
  const std::vector<bool> blank = blanks_of(series);
  return std::count(blank.begin(), blank.end(), true);
}

}  // namespace lathe::data_detail
