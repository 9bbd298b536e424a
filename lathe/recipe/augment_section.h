/// The [augment] section: a table for every augmentation.
#pragma once

#include <string>
#include <vector>

#include "lathe/base/settings.h"
#include "lathe/data/augment/augmentation.h"

namespace lathe {

struct NamedAugmentation {
  std::string name;
  std::string origin;  ///< where it was written
  bool of_recordings;
  Augmentation work;
};

/// In the order in which they are applied; empty without the section.
std::vector<NamedAugmentation> augment_section(const Settings& recipe);

}  // namespace lathe
