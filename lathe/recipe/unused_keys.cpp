#include "lathe/recipe/unused_keys.h"

namespace lathe {
namespace {

bool typed(const std::string& origin) {
  return origin.rfind("--", 0) == 0;
}

}  // namespace

void refuse_unused(const Settings& settings, const std::vector<UnusedKey>& unused) {
  for (const UnusedKey& one : unused)
    throw settings_error(settings.origin(one.key), fmt::format("'{}' {}", one.key, one.reason));
}

Settings without_overruled(const Settings& settings, const std::vector<UnusedKey>& unused,
                           const std::function<void(const std::string&)>& say) {
  Settings rest = settings;
  for (const UnusedKey& one : unused) {
    const std::string origin = settings.origin(one.key), cause = settings.origin(one.because);
    if (typed(origin) || !typed(cause)) continue;
    if (say) say(fmt::format("{}: '{}' ({}) is left out, for it {}", cause, one.key, origin, one.reason));
    rest = without(rest, one.key);
  }
  return rest;
}

}  // namespace lathe
