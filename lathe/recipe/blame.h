/// Puts an error down to where a setting was written.
#pragma once

#include <string>

#include "lathe/base/settings.h"

namespace lathe {

/// @throws Error "recipe.toml:14: …" when `work` throws one
template <class Work>
void blame(const std::string& origin, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    throw settings_error(origin, error.what());
  }
}

}  // namespace lathe
