#include "lathe/data/names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <unordered_set>

namespace lathe {
namespace {

std::optional<int64_t> whole_number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::vector<std::string> distinct_names(std::span<const std::string> names) {
  const std::unordered_set<std::string> found(names.begin(), names.end());
  std::vector<std::string> distinct(found.begin(), found.end());
  std::sort(distinct.begin(), distinct.end());
  const bool numbers = std::all_of(distinct.begin(), distinct.end(),
                                   [](const std::string& name) { return whole_number(name).has_value(); });
  if (numbers)  // stable: "01" and "1" stay two names in one order
    std::stable_sort(distinct.begin(), distinct.end(),
                     [](const std::string& a, const std::string& b) { return *whole_number(a) < *whole_number(b); });
  return distinct;
}

}  // namespace lathe
