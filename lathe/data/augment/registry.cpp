/// The table of augmentations, in the order in which they are applied. A new one is a file and two lines.
#include "lathe/data/augment/augmentation.h"

namespace lathe {

Augmentation prepare_axis_swap(const Settings& settings);
Augmentation prepare_crop(const Settings& settings);
Augmentation prepare_flip(const Settings& settings);
Augmentation prepare_frequency_mask(const Settings& settings);
Augmentation prepare_mixstyle(const Settings& settings);
Augmentation prepare_mixup(const Settings& settings);
Augmentation prepare_rotation(const Settings& settings);
Augmentation prepare_time_mask(const Settings& settings);
Augmentation prepare_time_roll(const Settings& settings);

const Registry<AugmentationEntry>& augmentations() {
  static const AugmentationEntry entries[] = {
      {"time_roll", "recordings start somewhere else, up to most_samples away", "most_samples", true,
       prepare_time_roll},
      {"axis_swap", "the three axes of a sensor change places, in one of six orders", "chance", true,
       prepare_axis_swap},
      {"rotation", "the three axes of a sensor are turned about a random axis, up to most_degrees",
       "chance most_degrees", true, prepare_rotation},
      {"crop", "images are framed by zeros and cut back to size somewhere within", "padding", false, prepare_crop},
      {"flip", "images are mirrored, left to right", "chance", false, prepare_flip},
      {"frequency_mask", "bands become 0, fewer than most", "most count", false, prepare_frequency_mask},
      {"time_mask", "frames or samples become 0, fewer than most", "most count", false, prepare_time_mask},
      {"mixstyle", "bands take on mean and deviation of another row's", "chance alpha", false, prepare_mixstyle},
      {"mixup", "rows and what they stand for are mixed with another row's", "alpha", false, prepare_mixup},
  };
  static const Registry<AugmentationEntry> registry("augmentation", entries);
  return registry;
}

}  // namespace lathe
