/// Finds a recipe by file or by name.
#include <filesystem>

#include "lathe/recipe/recipes.h"
#include "lathe/recipe/toml.h"

namespace lathe {

NamedRecipe find_recipe(const std::string& file_or_name) {
  namespace fs = std::filesystem;
  const fs::path path(file_or_name);
  if (fs::exists(path)) return {path.stem().string(), read_toml(path)};
  if (path.has_parent_path() || path.extension() == ".toml") return {path.stem().string(), read_toml(path)};  // throws
  const RecipeEntry& entry = recipes().at(file_or_name);
  return {file_or_name, parse_toml(entry.text, "recipe '" + file_or_name + "'")};
}

std::string recipe_comment(std::string_view text) {
  std::string comment;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line[0] != '#') break;
    comment += std::string(trim(std::string_view(line).substr(1))) + "\n";
  }
  return comment;
}

}  // namespace lathe
