/// How much a wearer moves in each window: what windows are drawn by, for most of a day is rest and teaches little.
#pragma once

#include <vector>

#include "lathe/data/dataset.h"

namespace lathe {

/// The standard deviation of each window, over all channels, in pieces of `piece_samples` and averaged over them, so
/// that a turn of the wrist between two rests does not count as movement. Reads a mapped file block by block.
/// @param piece_samples  of a second, in the publication; 0, or more than the window has: the window is one piece
/// Source: ssl-wearables, which keeps a standard deviation a second and averages it over the window.
std::vector<double> movement(const Dataset& recordings, int64_t piece_samples);

}  // namespace lathe
