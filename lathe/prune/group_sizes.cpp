#include "lathe/prune/group_sizes.h"

#include "lathe/graph/groups.h"

namespace lathe {

std::map<std::string, int64_t> group_sizes(const Graph& graph) {
  std::map<std::string, int64_t> sizes;
  for (const ChannelGroup& group : channel_groups(graph)) sizes[group.name] = std::ssize(group.units);
  return sizes;
}

void shrink_to(Graph& graph, const std::map<std::string, int64_t>& sizes) {
  std::vector<Unit> gone;
  for (const ChannelGroup& group : channel_groups(graph)) {
    const auto wanted = sizes.find(group.name);
    check(wanted != sizes.end(), "group '{}' is not in the shape that is wanted", group.name);
    const int64_t has = std::ssize(group.units);
    check(wanted->second >= 1 && wanted->second <= has, "group '{}' has {} channels ({} are wanted)", group.name, has,
          wanted->second);
    for (int64_t i = wanted->second; i < has; ++i) gone.push_back(group.units[static_cast<size_t>(i)]);
  }
  if (!gone.empty()) remove(graph, gone);
}

}  // namespace lathe
