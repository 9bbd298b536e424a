/// lathe units MODEL
#include <CLI/CLI.hpp>
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

/// "first.weight:0": the parameter and the axis.
std::vector<std::string> names_of(const Graph& graph, const ChannelGroup& group) {
  std::vector<std::string> names;
  for (const Cut& cut : group.cuts)
    names.push_back(fmt::format("{}.{}:{}", graph.nodes[static_cast<size_t>(cut.node)].name, cut.param, cut.axis));
  return names;
}

}  // namespace

Work declare_units(CLI::App& app) {
  auto verb = std::make_shared<UnitsVerb>();
  declare_model(app, "MODEL", verb->model);
  app.footer(
      "A unit is a set of channels that can only be removed together; PARAM:AXIS says where it is cut.\n"
      "Pinned units touch the network's inputs or outputs and always stay.");
  return [verb](const Output& output) {
    const Model model = open_model(verb->model);
    std::string text = fmt::format("{:>6}  {:>12}  {:<7} {}\n", "units", "values each", "", "cut from");
    nlohmann::json list = nlohmann::json::array();
    for (const ChannelGroup& group : channel_groups(model.graph)) {
      const std::vector<std::string> cuts = names_of(model.graph, group);
      const int64_t parameters = group.units.front().parameters;
      text += fmt::format("{:>6}  {:>12}  {:<7} {}\n", group.units.size(), with_commas(parameters),
                          group.pinned  ? "pinned"
                          : group.exact ? ""
                                        : "inexact",
                          join(cuts));
      list.push_back({{"name", group.name},
                      {"units", group.units.size()},
                      {"parameters_each", parameters},
                      {"pinned", group.pinned},
                      {"exact", group.exact},
                      {"cuts", cuts}});
    }
    output.result(text, {{"groups", list}});
  };
}

}  // namespace lathe
