/// lathe units MODEL
#include "lathe/graph/units.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cli/options.h"

namespace lathe {

namespace {

struct UnitsVerb {
  std::string model;
};

/// Units that cut the same parameters along the same axes form a group: the layer that they thin out together.
struct Group {
  int64_t units = 0, parameters_each = 0;
  bool pinned = false, exact = true;
  std::vector<std::string> cuts;
};

std::vector<Group> groups_of(const Graph& graph, const std::vector<Unit>& all) {
  std::map<std::vector<std::string>, Group> found;
  std::vector<std::vector<std::string>> order;
  for (const Unit& unit : all) {
    std::vector<std::string> cuts;
    for (const Slice& slice : unit.slices) {
      const std::string cut =
          fmt::format("{}.{}:{}", graph.nodes[static_cast<size_t>(slice.node)].name, slice.param, slice.axis);
      if (cuts.empty() || cuts.back() != cut) cuts.push_back(cut);
    }
    if (cuts.empty()) continue;  // channels that come from outside: nothing to cut
    const auto [place, fresh] = found.try_emplace(cuts);
    if (fresh) order.push_back(cuts);
    Group& group = place->second;
    group.units += 1;
    group.parameters_each = unit.parameters;
    group.pinned |= unit.pinned;
    group.exact &= unit.exact;
    group.cuts = cuts;
  }
  std::vector<Group> groups;
  for (const auto& key : order) groups.push_back(found.at(key));
  return groups;
}

}  // namespace

Work declare_units(CLI::App& app) {
  auto verb = std::make_shared<UnitsVerb>();
  declare_model(app, "MODEL", verb->model);
  app.footer("A unit is a set of channels that can only be removed together; PARAM:AXIS says where it is cut.\n"
             "Pinned units touch the network's inputs or outputs and always stay.");
  return [verb](const Output& output) {
    const Model model = open_model(verb->model);
    std::string text = fmt::format("{:>6}  {:>12}  {:<7} {}\n", "units", "values each", "", "cut from");
    nlohmann::json list = nlohmann::json::array();
    for (const Group& group : groups_of(model.graph, units(model.graph))) {
      text += fmt::format("{:>6}  {:>12}  {:<7} {}\n", group.units, with_commas(group.parameters_each),
                          group.pinned ? "pinned" : group.exact ? "" : "inexact", join(group.cuts));
      list.push_back({{"units", group.units},
                      {"parameters_each", group.parameters_each},
                      {"pinned", group.pinned},
                      {"exact", group.exact},
                      {"cuts", group.cuts}});
    }
    output.result(text, {{"groups", list}});
  };
}

}  // namespace lathe
