#include "lathe/data/front_end.h"

#include <algorithm>

namespace lathe {

FrontEnd resolve_front_end(const FrontEnd& given, double rate_hz) {
  const FrontEndEntry& entry = front_ends().at(given.kind);
  const std::vector<std::string> known =
      entry.settings.empty() ? std::vector<std::string>() : split(entry.settings, ' ');
  for (const auto& setting : given.settings)
    if (std::find(known.begin(), known.end(), setting.first) == known.end())
      throw Error(unknown_name("setting", setting.first, known));
  return {given.kind, within("front end '" + given.kind + "'", [&] { return entry.resolve(given.settings, rate_hz); })};
}

at::Tensor apply_front_end(const FrontEnd& front_end, const at::Tensor& recordings, double rate_hz) {
  const FrontEndEntry& entry = front_ends().at(front_end.kind);
  return within("front end '" + front_end.kind + "'",
                [&] { return entry.compute(recordings, front_end.settings, rate_hz); });
}

}  // namespace lathe
