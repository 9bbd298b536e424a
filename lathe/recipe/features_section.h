/// The [features] section: the front end between recordings and network.
#pragma once

#include <string>

#include "lathe/base/settings.h"
#include "lathe/data/front_end.h"

namespace lathe {

struct FeaturesSection {
  FrontEnd front_end = {};  ///< as given; what is not given is filled in when the rate is known
  std::string origin;       ///< where it stands, for complaints that come later

  /// The front end for recordings of this rate. @throws Error where it was written
  FrontEnd resolved(double rate_hz) const;
};

/// Keys: kind, and the settings of that front end. No section: no front end.
FeaturesSection features_section(const Settings& recipe);

}  // namespace lathe
