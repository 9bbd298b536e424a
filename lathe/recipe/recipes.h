/// The recipes that travel inside the program.
#pragma once

#include <string>

#include "lathe/base/registry.h"
#include "lathe/base/settings.h"

namespace lathe {

struct RecipeEntry {
  std::string_view name;
  std::string_view text;  ///< TOML
};
const Registry<RecipeEntry>& recipes();

struct NamedRecipe {
  std::string name;
  Settings settings;
};
/// A recipe by file name ("recipes/ppg-quality.toml") or by the name of one inside the program ("ppg-quality").
/// @throws Error when neither is there; lists the names
NamedRecipe find_recipe(const std::string& file_or_name);

/// The opening comment of a recipe: what it does and the numbers to expect.
std::string recipe_comment(std::string_view text);

}  // namespace lathe
