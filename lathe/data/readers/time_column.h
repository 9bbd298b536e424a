/// What a column of times says about a recording: how many samples a second it has, and where it was interrupted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace lathe {

struct TimeColumn {
  double rate_hz = 0;   ///< 0: cannot be said
  bool regular = true;  ///< false: a gap, a step back, or no number
};

/// Reads `count` times that lie `stride` doubles apart. They are seconds where that gives 1 to 10,000 samples a second,
/// or else microseconds where those do; any other unit needs `expected_hz`, which also settles milliseconds.
TimeColumn read_times(const double* times, int64_t count, int64_t stride, double expected_hz);

/// A recording's times: its rate between interruptions.
struct Timeline {
  double rate_hz = 0;         ///< 0: cannot be said
  double second = 1;          ///< what the column counts in a second: 1, 1000 or 1e6
  std::vector<int64_t> gaps;  ///< samples that come more than one and a half periods after the one before
};

/// The same units as read_times; `expected_hz` where the rate is known (0: it is not). Times that are coarser than the
/// samples (whole seconds, say) are no gaps.
/// @throws Error where times are missing or go back, with the line: that of sample i is `first_line` + i
Timeline read_timeline(std::span<const double> times, double expected_hz, int64_t first_line);

/// "2014-05-07 13:29:50.430", also with a T between and a Z or +01:00 behind: seconds since 1970; nothing for other
/// text.
std::optional<double> timestamp_seconds(std::string_view text);

}  // namespace lathe
