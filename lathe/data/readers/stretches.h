/// The parts of a recording that nothing interrupts: no gap in time, no missing sample, no change of group.
#pragma once

#include "lathe/data/readers/series.h"
#include "lathe/data/readers/time_column.h"

namespace lathe::data_detail {

struct Stretch {
  int64_t first = 0, end = 0;  ///< samples of the recording
};

/// @param around_blanks  samples without a number belong to no stretch
std::vector<Stretch> stretches_of(const Series& series, const Timeline& timeline, bool around_blanks);

/// @throws Error that names line and column of the first sample without a number, and how many follow it
void refuse_blanks(const Series& series);
/// Samples in which some channel has no number.
int64_t count_blanks(const Series& series);

}  // namespace lathe::data_detail
