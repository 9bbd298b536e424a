/// The sentence for a glob that matches no node, with a guess at what was meant.
#pragma once

#include <string>
#include <vector>

namespace lathe {

/// "the glob 'heda.*' matches none of head, stem (did you mean 'head.*'?)"; of many nodes only some are named.
std::string unknown_glob(const std::string& glob, const std::vector<std::string>& nodes);

}  // namespace lathe
