/// Shell-style patterns over node and parameter names: `*`, `?`, `[abc]`; a dot is an ordinary character.
#pragma once

#include <string>
#include <vector>

namespace lathe {

bool glob_matches(const std::string& pattern, const std::string& text);
/// True when any of the patterns matches.
bool glob_matches_any(const std::vector<std::string>& patterns, const std::string& text);

}  // namespace lathe
