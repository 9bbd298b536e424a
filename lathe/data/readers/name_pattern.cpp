#include "lathe/data/readers/name_pattern.h"

#include <algorithm>

#include "lathe/base/errors.h"

namespace lathe {

bool is_name_pattern(std::string_view text) {
  return text.find('{') != text.npos || text.find('}') != text.npos;
}

NamePattern::NamePattern(std::string_view text) : text_(text) {
  size_t at = 0;
  for (size_t open = text.find('{'); open != text.npos; open = text.find('{', at)) {
    const size_t close = text.find('}', open);
    check(close != text.npos, "pattern '{}': a brace is never closed (expected '}}' behind '{}')", text,
          text.substr(open));
    const std::string part(text.substr(open + 1, close - open - 1));
    check(part.find_first_of("{/") == part.npos, "pattern '{}': '{{{}}}' is no name of a part", text, part);
    check(part.empty() || std::find(parts_.begin(), parts_.end(), part) == parts_.end(),
          "pattern '{}': part '{}' is there twice (expected every name once)", text, part);
    check(parts_.empty() || open > at,
          "pattern '{}': nothing stands between two parts (expected text, as in {{a}}_{{b}})", text);
    between_.emplace_back(text.substr(at, open - at));
    parts_.push_back(part);
    at = close + 1;
  }
  between_.emplace_back(text.substr(at));
  for (const std::string& fixed : between_)
    check(fixed.find('}') == fixed.npos, "pattern '{}': a brace is closed that was never opened", text);
}

int64_t NamePattern::folders() const {
  return std::count(text_.begin(), text_.end(), '/');
}

std::optional<std::vector<std::string>> NamePattern::match(std::string_view name) const {
  if (name.substr(0, between_[0].size()) != between_[0]) return std::nullopt;
  name.remove_prefix(between_[0].size());
  std::vector<std::string> values;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const std::string& next = between_[i + 1];
    const bool last = i + 1 == parts_.size();
    if (last && (name.size() < next.size() || name.substr(name.size() - next.size()) != next)) return std::nullopt;
    const size_t end = last ? name.size() - next.size() : name.find(next, 1);
    if (end == name.npos || end == 0) return std::nullopt;
    const std::string_view value = name.substr(0, end);
    if (value.find('/') != value.npos) return std::nullopt;
    if (last && i > 0 && value.find(between_[i]) != value.npos) return std::nullopt;
    values.emplace_back(value);
    name.remove_prefix(end + next.size());
  }
  return name.empty() ? std::optional(values) : std::nullopt;
}

}  // namespace lathe
