/// The [features] section: the front end between recordings and network.
#pragma once

#include <string>

#include "lathe/base/settings.h"
#include "lathe/formats/model_file.h"

namespace lathe {

struct FeaturesSection {
  FrontEnd front_end = {};  ///< as given; what is not given is filled in when the rate is known
  std::string origin;       ///< where it stands, for complaints that come later

  /// The front end for recordings of this rate. @throws Error where it was written
  FrontEnd resolved(double rate_hz) const;
};

/// For a model from a file: its own normalisation and front end, where recipe and file do not contradict each other.
/// Settings that the recipe leaves out are the file's.
/// @param recipe  whose [features] and [data] normalize count
/// @throws Error "recipe.toml:9: 'n_mels' is 64 (the model was trained with 128); …"
void take_from_file(const Settings& recipe, const Preprocessing& file, FeaturesSection& section, Preprocessing& all);

/// Keys: kind, and the settings of that front end. No section: no front end.
FeaturesSection features_section(const Settings& recipe);

}  // namespace lathe
