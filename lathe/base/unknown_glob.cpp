#include "lathe/base/unknown_glob.h"

#include <fmt/format.h>

#include <algorithm>

#include "lathe/base/glob.h"
#include "lathe/base/text.h"

namespace lathe {

std::string unknown_glob(const std::string& glob, const std::vector<std::string>& nodes) {
  std::vector<std::string> guesses;
  const auto hits = [&](const std::string& text) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const std::string& node) { return glob_matches(text, node); });
  };
  const auto guess = [&](const std::string& text) {
    if (hits(text) && std::find(guesses.begin(), guesses.end(), text) == guesses.end()) guesses.push_back(text);
  };
  const size_t star = glob.find_first_of("*?[");
  const std::string ending = star == std::string::npos ? "" : glob.substr(star);
  for (const std::string& node : nodes) {
    if (ending.empty()) guess(node);
    for (size_t dot = node.find('.'); !ending.empty() && dot != std::string::npos; dot = node.find('.', dot + 1))
      guess(node.substr(0, dot + 1) + ending), guess(node.substr(0, dot) + ending);
    if (!ending.empty()) guess(node + ending);
  }
  std::string near = hits(glob + ".*") ? glob + ".*" : closest(glob, guesses);  // all of a block was meant
  constexpr size_t alike = 4;  // letters at the beginning: 'features.*' for 'feature_extractor.*'
  const std::string end = glob.find('.') == std::string::npos ? "" : glob.substr(glob.rfind('.'));
  const auto same_start = [&](const std::string& text) {
    return std::equal(text.begin(), text.begin() + alike, glob.begin()) && text.ends_with(end);
  };
  if (near.empty() && !ending.empty() && glob.size() >= alike)
    for (const std::string& text : guesses)
      if (text.size() >= alike && same_start(text) && (near.empty() || text.size() < near.size())) near = text;
  constexpr size_t most = 10;
  std::vector<std::string> some(nodes.begin(), nodes.begin() + static_cast<int64_t>(std::min(most, nodes.size())));
  if (nodes.size() > most) some.push_back(fmt::format("… ({} nodes; lathe info lists them)", nodes.size()));
  return fmt::format("the glob '{}' matches none of {}{}", glob, join(some),
                     near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near));
}

}  // namespace lathe
