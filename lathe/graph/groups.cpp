#include "lathe/graph/groups.h"

#include <algorithm>
#include <map>

namespace lathe {

std::vector<ChannelGroup> channel_groups(const Graph& graph) {
  std::vector<ChannelGroup> groups;
  std::map<std::pair<std::vector<Cut>, bool>, size_t> places;
  for (Unit& unit : units(graph)) {
    std::vector<Cut> cuts;
    for (const Slice& slice : unit.slices) {  // sorted: entries of one axis lie side by side
      const Cut cut{slice.node, slice.param, slice.axis};
      if (cuts.empty() || cuts.back() != cut) cuts.push_back(cut);
    }
    if (cuts.empty()) continue;  // channels that come from outside
    const auto [place, fresh] = places.try_emplace({cuts, unit.pinned}, groups.size());
    if (fresh) {
      const int node = unit.channels.empty() ? cuts.front().node : unit.channels.front().node;
      groups.push_back({graph.nodes[static_cast<size_t>(node)].name, std::move(cuts), {}, unit.pinned, true});
    }
    ChannelGroup& group = groups[place->second];
    group.exact = group.exact && unit.exact;
    group.units.push_back(std::move(unit));
  }
  return groups;
}

std::vector<int64_t> entries_of(const Unit& unit, const Cut& cut) {
  std::vector<int64_t> entries;
  const Slice first{cut.node, cut.param, cut.axis, 0};
  for (auto slice = std::lower_bound(unit.slices.begin(), unit.slices.end(), first);
       slice != unit.slices.end() && slice->node == cut.node && slice->param == cut.param && slice->axis == cut.axis;
       ++slice)
    entries.push_back(slice->entry);
  return entries;
}

}  // namespace lathe
