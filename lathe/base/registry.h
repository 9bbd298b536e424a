/// A visible table of named things: one line an entry, in an array that the owning folder's registry.cpp shows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"

namespace lathe {

/// `Entry` is any aggregate with a member `name`. The array outlives the registry.
template <class Entry>
class Registry {
 public:
  constexpr Registry(std::string_view noun, std::span<const Entry> entries) : noun_(noun), entries_(entries) {}

  /// The entry of that name. @throws Error (usage) that lists the known names and suggests the nearest.
  const Entry& at(std::string_view name) const {
    if (const Entry* entry = find(name)) return *entry;
    throw Error(unknown_name(noun_, name, names()), ExitCode::usage);
  }
  const Entry* find(std::string_view name) const {
    for (const Entry& entry : entries_)
      if (entry.name == name) return &entry;
    return nullptr;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_) names.emplace_back(entry.name);
    return names;
  }
  std::string_view noun() const { return noun_; }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::string_view noun_;
  std::span<const Entry> entries_;
};

}  // namespace lathe
