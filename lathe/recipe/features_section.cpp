#include "lathe/recipe/features_section.h"

#include "lathe/recipe/unused_keys.h"

namespace lathe {

FrontEnd FeaturesSection::resolved(double rate_hz) const {
  try {
    if (front_end.kind != "none" && !(rate_hz > 0))
      fail("the recordings' samples a second are not known; give [data] rate_hz");
    return resolve_front_end(front_end, rate_hz);
  } catch (const Error& error) {
    throw settings_error(origin, error.what());
  }
}

FeaturesSection features_section(const Settings& recipe) {
  FeaturesSection section;
  const bool given = recipe.has("features");
  const Settings& settings = recipe.table("features");
  section.origin = recipe.origin("features");
  if (!given) return section;
  section.front_end.kind = settings.word("kind");
  if (front_ends().find(section.front_end.kind) == nullptr)
    throw settings_error(settings.origin("kind"),
                         unknown_name(front_ends().noun(), section.front_end.kind, front_ends().names()));
  for (const FrontEndEntry& entry : front_ends())
    for (const std::string& key : split(entry.settings, ' '))
      if (!key.empty() && settings.has(key)) section.front_end.settings[key] = settings.real(key);
  settings.refuse_unknown();
  refuse_unused(settings, unused_by_kind(settings, front_ends(), section.front_end.kind));
  try {
    resolve_front_end(section.front_end, 0);
  } catch (const Error& error) {
    throw settings_error(section.origin, error.what());
  }
  return section;
}

}  // namespace lathe
