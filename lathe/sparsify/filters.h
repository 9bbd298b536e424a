/// Every 2-D filter by itself: the weights whose ends fire together stay, those next to them begin anew, the rest goes.
/// Source: DSConv2d (numenta/nupic.research, archive/dynamic_sparse), whose new weights were lost in a copy.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lathe/base/rng.h"

namespace lathe {

struct FilterShares {
  double keep = 0.1;   ///< of a filter's weights, at least one
  double grow = 0.05;  ///< and so many more of those next to them
  bool as_published =
      false;  ///< all as strong as the weakest that stays stay too, nothing grows, the mask is left alone
};

/// A layer's filters [out, in, kernel …]; those of a single weight stay as they are.
/// @param strength  one a weight
/// @param weight    those that go become 0; those that grow are drawn from U(±√(6 / fan in)) (He et al. 2015)
/// @param mask      1 for those that stay or grow
void renew_filters(const FilterShares& shares, const std::vector<int64_t>& sizes, std::span<const double> strength,
                   std::span<float> weight, std::span<uint8_t> mask, Rng& rng);

}  // namespace lathe
