#include "lathe/recipe/augmented_batches.h"

#include <array>

namespace lathe {

AugmentedBatches::AugmentedBatches(const BatchSource& plain, const Dataset& recordings, const Preprocessing& settings,
                                   std::vector<NamedAugmentation> augmentations, int64_t classes)
    : plain_(plain),
      recordings_(recordings),
      settings_(settings),
      augmentations_(std::move(augmentations)),
      classes_(classes) {
  const bool features = settings.front_end.kind != "none";
  const std::array<int64_t, 1> first = {0};
  const Batch sample = plain.load(first);
  for (const NamedAugmentation& one : augmentations_) {
    const bool before = features && one.of_recordings;
    const at::Tensor& row = before ? recordings.inputs : sample.inputs[0];
    try {
      one.work.fits({row.sizes().slice(1).vec(), features && !before, classes == 0});
    } catch (const Error& error) {
      throw settings_error(one.origin, fmt::format("augmentation '{}': {}", one.name, error.what()));
    }
    from_recordings_ = from_recordings_ || before;
  }
}

void AugmentedBatches::apply(AugmentRows& rows, bool of_recordings) const {
  for (const NamedAugmentation& one : augmentations_)
    if (one.of_recordings == of_recordings) one.work.apply(rows);
}

Batch AugmentedBatches::load(std::span<const int64_t> rows) const {
  AugmentRows augmented;
  augmented.classes = classes_;
  if (from_recordings_) {
    augmented.inputs = take_rows(recordings_.inputs, rows);
    augmented.targets = take_rows(recordings_.targets, rows);
    apply(augmented, /*of_recordings=*/true);
    augmented.inputs = preprocess(settings_, augmented.inputs);
  } else {
    const Batch plain = plain_.load(rows);
    augmented.inputs = plain.inputs[0];
    augmented.targets = plain.targets[0];
    apply(augmented, /*of_recordings=*/true);  // no front end: recordings are what the network sees
  }
  apply(augmented, /*of_recordings=*/false);
  return {{augmented.inputs}, {augmented.targets}};
}

}  // namespace lathe
