#include "lathe/graph/groups.h"

#include <algorithm>
#include <map>

namespace lathe {
namespace {

bool is_along(const Slice& slice, const Cut& cut) {
  return slice.node == cut.node && slice.axis == cut.axis && slice.param == cut.param;
}

std::vector<Cut> cuts_of(const Unit& unit) {
  std::vector<Cut> cuts;
  for (const Slice& slice : unit.slices)  // sorted: entries of one axis lie side by side
    if (cuts.empty() || !is_along(slice, cuts.back())) cuts.push_back({slice.node, slice.param, slice.axis});
  return cuts;
}

/// cuts_of(unit) == cuts, without making them.
bool cuts_the_same(const Unit& unit, const std::vector<Cut>& cuts) {
  size_t seen = 0;
  for (const Slice& slice : unit.slices) {
    if (seen > 0 && is_along(slice, cuts[seen - 1])) continue;
    if (seen == cuts.size() || !is_along(slice, cuts[seen])) return false;
    ++seen;
  }
  return seen == cuts.size();
}

}  // namespace

std::vector<ChannelGroup> channel_groups(const Graph& graph) {
  std::vector<ChannelGroup> groups;
  std::map<std::pair<std::vector<Cut>, bool>, size_t> places;
  size_t last = 0;  // where the unit before went: the next one mostly goes there too
  for (Unit& unit : units(graph)) {
    if (unit.slices.empty()) continue;  // channels that come from outside
    if (groups.empty() || groups[last].pinned != unit.pinned || !cuts_the_same(unit, groups[last].cuts)) {
      std::vector<Cut> cuts = cuts_of(unit);
      const auto [place, fresh] = places.try_emplace({cuts, unit.pinned}, groups.size());
      last = place->second;
      const int node = unit.channels.empty() ? cuts.front().node : unit.channels.front().node;
      if (fresh)
        groups.push_back({graph.nodes[static_cast<size_t>(node)].name, std::move(cuts), {}, unit.pinned, true});
    }
    ChannelGroup& group = groups[last];
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
