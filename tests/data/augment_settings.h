/// An augmentation from the lines that a recipe would hold.
#pragma once

#include <string>

#include "lathe/data/augment/augmentation.h"

namespace lathe::test {

/// @param lines  "key = number", a line each
inline Augmentation prepared(const std::string& name, const std::string& lines) {
  Settings settings("recipe.toml [augment." + name + "]");
  for (const std::string& line : split(lines, '\n')) {
    if (line.empty()) continue;
    const size_t equals = line.find(" = ");
    const std::string value = line.substr(equals + 3);
    const std::string origin = "recipe.toml:7";
    if (value.find('.') == std::string::npos)
      settings.set(line.substr(0, equals), static_cast<int64_t>(std::stoll(value)), origin);
    else
      settings.set(line.substr(0, equals), std::stod(value), origin);
  }
  return augmentations().at(name).prepare(settings);
}

}  // namespace lathe::test
