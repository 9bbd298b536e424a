#include "lathe/recipe/augment_section.h"

namespace lathe {

std::vector<NamedAugmentation> augment_section(const Settings& recipe) {
  const Settings& settings = recipe.table("augment");
  for (const auto& entry : settings.entries())
    if (augmentations().find(entry.first) == nullptr)
      throw settings_error(settings.origin(entry.first),
                           unknown_name(augmentations().noun(), entry.first, augmentations().names()));
  std::vector<NamedAugmentation> chosen;
  for (const AugmentationEntry& entry : augmentations()) {
    const std::string name(entry.name);
    if (!settings.has(name)) continue;
    const Settings& own = settings.table(name);
    chosen.push_back({name, settings.origin(name), entry.of_recordings, entry.prepare(own)});
    own.refuse_unknown();
  }
  return chosen;
}

}  // namespace lathe
