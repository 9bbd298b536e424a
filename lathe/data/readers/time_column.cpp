#include "lathe/data/readers/time_column.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <numeric>

#include "lathe/base/errors.h"

namespace lathe {
namespace {

/// 511.9999 is 512: times are rounded.
double rounded(double rate_hz) {
  const double whole = std::round(rate_hz);
  return std::abs(rate_hz - whole) <= 2e-3 * rate_hz ? whole : rate_hz;
}

bool agree(double a, double b) {
  return std::abs(a - b) <= 0.01 * b;
}

struct Unit {
  double rate_hz = 0;  ///< 0: no unit makes sense
  double second = 1;
};

/// In which unit a step makes a rate that can be.
Unit unit_of(double step, double expected_hz) {
  for (const double second : {1.0, 1e3, 1e6})
    if (expected_hz > 0 && agree(second / step, expected_hz)) return {expected_hz, second};
  for (const double second : {1.0, 1e6})
    if (second / step >= 1 && second / step <= 1e4) return {rounded(second / step), second};
  return {};
}

/// The digits at the front of `text`, at most `most` of them, which are taken off it; -1 where there are none.
int take_number(std::string_view& text, size_t most) {
  int value = 0;
  size_t digits = 0;
  while (digits < most && digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
    value = 10 * value + (text[digits++] - '0');
  text.remove_prefix(digits);
  return digits == 0 ? -1 : value;
}

bool take_letter(std::string_view& text, std::string_view letters) {
  if (text.empty() || letters.find(text[0]) == letters.npos) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z", "+01:00", "-0530" or nothing, in seconds east of Greenwich.
std::optional<int> take_zone(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const int sign = text[0] == '-' ? -1 : 1;
  if (!take_letter(text, "+-")) return std::nullopt;
  const int hours = take_number(text, 2);
  take_letter(text, ":");
  const int minutes = text.empty() ? 0 : take_number(text, 2);
  if (hours < 0 || minutes < 0 || !text.empty()) return std::nullopt;
  return sign * (3600 * hours + 60 * minutes);
}

}  // namespace

TimeColumn read_times(const double* times, int64_t count, int64_t stride, double expected_hz) {
  if (count < 2) return {};
  std::vector<double> steps(static_cast<size_t>(count - 1));
  for (int64_t i = 1; i < count; ++i) {
    const double one = times[i * stride] - times[(i - 1) * stride];
    if (!(one >= 0)) return {0, false};
    steps[static_cast<size_t>(i - 1)] = one;
  }
  const auto middle = steps.begin() + (count - 2) / 2;
  std::nth_element(steps.begin(), middle, steps.end());
  // Times of few digits jitter by one of them, up to twice a step: more than that is a gap.
  if (*std::max_element(steps.begin(), steps.end()) > 2.5 * *middle) return {0, false};
  const double step = (times[(count - 1) * stride] - times[0]) / static_cast<double>(count - 1);
  if (!(step > 0) || !std::isfinite(step)) return {0, false};
  return {unit_of(step, expected_hz).rate_hz, true};
}

Timeline read_timeline(std::span<const double> times, double expected_hz, int64_t first_line) {
  std::vector<double> steps;
  for (size_t i = 0; i < times.size(); ++i) {
    check(std::isfinite(times[i]), "line {}: has no time (expected one in every line)",
          first_line + static_cast<int64_t>(i));
    if (i == 0) continue;
    check(times[i] >= times[i - 1], "line {}: time goes backwards (expected at least {}, got {})",
          first_line + static_cast<int64_t>(i), times[i - 1], times[i]);
    steps.push_back(times[i] - times[i - 1]);
  }
  if (steps.empty()) return {expected_hz, 1, {}};
  std::vector<double> sorted = steps;
  std::sort(sorted.begin(), sorted.end());
  const double tick = *std::upper_bound(sorted.begin(), sorted.end() - 1, 0.0);  // the clock's smallest step
  // Times of few digits jitter by one of them: what is far longer than most steps is no part of their mean.
  const double most = 2.5 * std::max(sorted[sorted.size() / 2], tick);
  const auto regular = std::upper_bound(sorted.begin(), sorted.end(), most);
  const double step = std::accumulate(sorted.begin(), regular, 0.0) / static_cast<double>(regular - sorted.begin());
  if (!(step > 0)) return {expected_hz, 1, {}};
  const Unit unit = unit_of(step, expected_hz);
  Timeline timeline{unit.rate_hz, unit.second, {}};
  const double longest = 1.5 * std::max(step, tick);
  for (size_t i = 0; i < steps.size(); ++i)
    if (steps[i] > longest) timeline.gaps.push_back(static_cast<int64_t>(i) + 1);
  return timeline;
}

std::optional<double> timestamp_seconds(std::string_view text) {
  const int year = take_number(text, 4);
  if (!take_letter(text, "-/")) return std::nullopt;
  const int month = take_number(text, 2);
  if (!take_letter(text, "-/")) return std::nullopt;
  const int day = take_number(text, 2);
  if (!take_letter(text, " T")) return std::nullopt;
  const int hour = take_number(text, 2);
  if (!take_letter(text, ":")) return std::nullopt;
  const int minute = take_number(text, 2);
  const int second = take_letter(text, ":") ? take_number(text, 2) : 0;
  double fraction = 0, place = 1;
  if (take_letter(text, ".,"))
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') fraction += (place /= 10) * take_number(text, 1);
  const std::optional<int> zone = take_zone(text);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const bool known = year >= 0 && date.ok() && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
                     second <= 60 && zone.has_value();
  if (!known) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(int64_t{86'400} * days + 3600 * hour + 60 * minute + second - *zone) + fraction;
}

}  // namespace lathe
