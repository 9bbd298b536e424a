/// lathe units MODEL
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cli/options.h"
#include "lathe/graph/groups.h"

namespace lathe {

namespace {

struct UnitsVerb {
  std::string model;
};

/// Output channels of the node that the group is named after; more than units where one takes several (grouped convs).
int64_t channels_of(const ChannelGroup& group) {
  if (group.units.front().channels.empty()) return std::ssize(group.units);
  int64_t count = 0;
  for (const Unit& unit : group.units)
    count += std::count_if(unit.channels.begin(), unit.channels.end(), [&](const Channel& channel) {
      return channel.node == group.units.front().channels.front().node;
    });
  return count;
}

/// Where the units lie on a cut: `each` entries a unit, side by side, from `first` on; a list a unit where they do not.
void add_entries(nlohmann::json& member, const ChannelGroup& group, const Cut& cut) {
  std::vector<std::vector<int64_t>> all;
  for (const Unit& unit : group.units) all.push_back(entries_of(unit, cut));
  const int64_t first = all[0][0], each = std::ssize(all[0]);
  int64_t next = first;
  bool regular = true;
  for (const std::vector<int64_t>& entries : all)
    for (size_t i = 0; i < entries.size(); ++i)
      regular = regular && std::ssize(entries) == each && entries[i] == next++;
  if (regular) {
    member["first"] = first;
    member["each"] = each;
  } else {
    member["entries"] = all;
  }
}

nlohmann::json object(const Graph& graph, const ChannelGroup& group) {
  nlohmann::json members = nlohmann::json::array();
  for (size_t i = 0; i < group.cuts.size(); ++i) {
    const Cut& cut = group.cuts[i];
    const Node& node = graph.nodes[static_cast<size_t>(cut.node)];
    members.push_back({{"node", node.name},
                       {"op", node.op->kind()},
                       {"tensor", cut.param},
                       {"axis", cut.axis},
                       {"size", node.params[cut.param].size(cut.axis)},
                       {"role", role_name(group.roles[i])}});
    add_entries(members.back(), group, cut);
  }
  return {{"name", group.name},
          {"units", group.units.size()},
          {"channels", channels_of(group)},
          {"parameters_each", group.units.front().parameters},
          {"pinned", group.pinned},
          {"exact", group.exact},
          {"members", members}};
}

/// "in_c.1, stage1.block1.bn2": nodes once, whatever they hold.
std::string nodes_with(const Graph& graph, const ChannelGroup& group, Role role) {
  std::vector<std::string> names;
  for (size_t i = 0; i < group.cuts.size(); ++i) {
    const std::string& name = graph.nodes[static_cast<size_t>(group.cuts[i].node)].name;
    if (group.roles[i] == role && (names.empty() || names.back() != name)) names.push_back(name);
  }
  return join(names);
}

std::string text_of(const Graph& graph, const ChannelGroup& group) {
  const int64_t channels = channels_of(group), units = std::ssize(group.units);
  std::string text = fmt::format("{}: {} {}", group.name, units, units == 1 ? "unit" : "units");
  if (channels != units) text += fmt::format(" ({} channels)", channels);
  text += fmt::format(", {} values each", with_commas(group.units.front().parameters));
  text += group.pinned ? ", pinned\n" : group.exact ? "\n" : ", inexact\n";
  for (const Role role : {Role::writes, Role::passes, Role::reads})
    if (const std::string names = nodes_with(graph, group, role); !names.empty())
      text += fmt::format("  {:<7} {}\n", role_name(role), names);
  return text;
}

}  // namespace

Work declare_units(CLI::App& app) {
  auto verb = std::make_shared<UnitsVerb>();
  declare_model(app, "MODEL", verb->model);
  app.footer(
      "A unit is a set of channels that can only be removed together; units that shrink the same layers are a group.\n"
      "A group's layers write its channels, pass them on, or read them. Pinned ones touch the network's inputs or "
      "outputs\n"
      "and always stay; inexact ones change the others when they go (layer and group norm, softmax).\n"
      "--json says for every tensor and axis which entries a unit takes: 'each' of them from 'first' on, or "
      "'entries'.");
  return [verb](const Output& output) {
    const Model model = open_model(verb->model);
    std::string text;
    nlohmann::json list = nlohmann::json::array();
    for (const ChannelGroup& group : channel_groups(model.graph)) {
      text += text_of(model.graph, group);
      list.push_back(object(model.graph, group));
    }
    output.result(text, {{"groups", list}});
  };
}

}  // namespace lathe
