#include "lathe/rewrite/drop_identities.h"

#include <algorithm>

#include "lathe/graph/verify.h"
#include "lathe/rewrite/take_out.h"

namespace lathe {
namespace {

bool all_are(const std::vector<int64_t>& values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

bool pools_single_samples(const Attributes& settings, const Shape&) {
  return all_are(settings.list("kernel"), 1) && all_are(settings.list("stride"), 1) &&
         all_are(settings.list("padding"), 0);
}

/// The ops that can be identities, and when they are.
struct Identity {
  std::string_view kind;
  bool (*when)(const Attributes& settings, const Shape& input);
};
constexpr Identity kIdentities[] = {
    {"average_pool", pools_single_samples},
    {"clip", [](const Attributes& settings,
                const Shape&) { return settings.values().count("min") == 0 && settings.values().count("max") == 0; }},
    {"dropout", [](const Attributes&, const Shape&) { return true; }},
    {"flatten", [](const Attributes&, const Shape& input) { return input.rank() == 2; }},
    {"max_pool", pools_single_samples},
    {"pad", [](const Attributes& settings, const Shape&) { return all_are(settings.list("padding"), 0); }},
};

bool is_identity(const Node& node, const std::vector<Shape>& all) {
  const auto found = std::find_if(std::begin(kIdentities), std::end(kIdentities),
                                  [&](const Identity& identity) { return identity.kind == node.op->kind(); });
  return found != std::end(kIdentities) && node.inputs.size() == 1 &&
         found->when(node.op->attributes(), all[static_cast<size_t>(node.inputs[0])]);
}

}  // namespace

std::vector<std::string> drop_identities(Graph& graph) {
  Graph edited = clone(graph);
  const std::vector<Shape> all = shapes(edited);
  std::vector<std::string> names;
  std::vector<int> gone;
  std::vector<bool> is_input(edited.nodes.size());  // an input, or nothing but identities away from one
  for (size_t i = 0; i < edited.nodes.size(); ++i) {
    const Node& node = edited.nodes[i];
    const bool identity = is_identity(node, all);
    is_input[i] = node.inputs.empty() || (identity && is_input[static_cast<size_t>(node.inputs[0])]);
    const bool is_output =
        std::find(edited.outputs.begin(), edited.outputs.end(), static_cast<int>(i)) != edited.outputs.end();
    if (!identity || (is_output && is_input[i])) continue;
    names.push_back(node.name);
    gone.push_back(static_cast<int>(i));
  }
  take_out(edited, gone);
  verify(edited);
  graph = std::move(edited);
  return names;
}

}  // namespace lathe
