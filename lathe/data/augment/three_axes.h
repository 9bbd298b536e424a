/// What is asked of rows whose channels are the three axes of sensors; not for use outside this folder.
#pragma once

#include "lathe/data/augment/augmentation.h"

namespace lathe::augment_detail {

/// Channels three by three: [3, T] of an accelerometer, [6, T] with a gyroscope beside it. @throws Error for others
inline void needs_three_axes(const RowsLike& rows) {
  check(rows.sizes.size() == 2 && rows.sizes[0] % 3 == 0 && !rows.features,
        "moves the three axes of a sensor (expected rows [3, T], got {}[{}])", rows.features ? "features " : "",
        fmt::join(rows.sizes, ", "));
}

}  // namespace lathe::augment_detail
