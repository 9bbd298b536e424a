/// Keys that are known, and have no effect beside the other settings: refused, since whoever wrote one expects
/// something of it.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "lathe/base/settings.h"
#include "lathe/base/text.h"

namespace lathe {

struct UnusedKey {
  std::string key;
  std::string because;  ///< the key that takes its effect away: "split"
  std::string reason;   ///< "has no effect with split = \"none\"; it counts with …"
};

/// @throws Error on the first: "recipe.toml:14: 'folds' has no effect with …"
void refuse_unused(const Settings& settings, const std::vector<UnusedKey>& unused);

/// Leaves out the keys that were written in a file where what takes their effect away was typed (--set), and says so:
/// who types `data.split=none` need not write the recipe anew. All others stay, to be refused.
Settings without_overruled(const Settings& settings, const std::vector<UnusedKey>& unused,
                           const std::function<void(const std::string& sentence)>& say);

/// A group of names that share settings: entries of a registry with members `name` and `settings`.
/// @return keys that are set, are read by some entry, and are not read by the one called `kind`
template <class Registry>
std::vector<UnusedKey> unused_by_kind(const Settings& settings, const Registry& registry, std::string_view kind) {
  std::vector<UnusedKey> unused;
  for (const auto& [key, entry] : settings.entries()) {
    std::vector<std::string> readers;
    bool read = false;
    for (const auto& candidate : registry) {
      const std::vector<std::string> names = split(candidate.settings, ' ');
      if (std::find(names.begin(), names.end(), key) == names.end()) continue;
      readers.emplace_back(candidate.name);
      read = read || candidate.name == kind;
    }
    if (!readers.empty() && !read)
      unused.push_back(
          {key, "kind",
           fmt::format("has no effect with the {} '{}'; it counts with {}", registry.noun(), kind, join(readers))});
  }
  return unused;
}

}  // namespace lathe
