/// Augmentation: rows change at random on their way into a training step, never in evaluation. One file a kind, one
/// line in the registry. All draws come from LibTorch's generator, whose state is in the checkpoints.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/base/settings.h"

namespace lathe {

/// Rows of a step. Tensors are replaced, never written to: they may be views of the data.
struct AugmentRows {
  at::Tensor inputs;    ///< [N, C, T] or [N, C, H, W]; behind a front end [N, C, bands, frames]
  at::Tensor targets;   ///< [N] classes, or anything else with rows first
  int64_t classes = 0;  ///< how many there are, where targets are classes; 0: targets are numbers
};

/// What the rows will be like, before there are any.
struct RowsLike {
  std::vector<int64_t> sizes;   ///< of one row: [C, T] or [C, H, W]
  bool features = false;        ///< behind a front end: bands and frames, no image
  bool label_a_sample = false;  ///< targets [N, T]
};

struct Augmentation {
  /// @throws Error without a place for rows that it is not made for
  std::function<void(const RowsLike& rows)> fits;
  std::function<void(AugmentRows& rows)> apply;
};

struct AugmentationEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< names, with spaces between
  bool of_recordings;         ///< works on recordings before the front end
  /// Reads and checks the settings; one that leaves every row as it is, is refused.
  Augmentation (*prepare)(const Settings& settings);
};

/// In the order in which they are applied.
const Registry<AugmentationEntry>& augmentations();

}  // namespace lathe
