/// What time_warp does to one axis once the speed of time is drawn.
#pragma once

#include <span>
#include <vector>

namespace lathe {

/// When each sample happens if time runs at these speeds: their sums, scaled so that the last sample stays at its
/// place.
/// @param speeds  one a sample, above 0
std::vector<double> warped_clock(std::span<const double> speeds);

/// What samples that happen by `clock` are at 0, 1, 2, …: lines between them; the first one before its time has come.
/// @param clock  rising, as long as the axis
void read_by_clock(std::span<const double> clock, std::span<float> axis);

}  // namespace lathe
