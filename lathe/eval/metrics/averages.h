/// What the formulas share: division that knows "undefined", and how classes become one number.
#pragma once

#include <cmath>
#include <limits>

#include "lathe/eval/tally.h"

namespace lathe::formula {

inline double ratio(double part, double whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : part / whole;
}

enum class Undefined { counts_as_zero, left_out };

/// Mean over the classes that occur in the truth or among the predictions; NaN when none is left.
inline double macro(const Tally& tally, double (*of_class)(const Tally&, int64_t), Undefined undefined) {
  double sum = 0, count = 0;
  for (int64_t c = 0; c < tally.classes(); ++c) {
    if (!tally.against_rest(c).occurs()) continue;
    const double value = of_class(tally, c);
    if (std::isnan(value) && undefined == Undefined::left_out) continue;
    sum += std::isnan(value) ? 0 : value;
    count += 1;
  }
  return ratio(sum, count);
}

/// Of two classes the value of the positive one, of several the macro average.
inline double positive_or_macro(const Tally& tally, double (*of_class)(const Tally&, int64_t), Undefined undefined) {
  return tally.task() == Task::binary ? of_class(tally, 1) : macro(tally, of_class, undefined);
}

}  // namespace lathe::formula
