#include "lathe/prune/migrate.h"

#include <set>

namespace lathe {

void migrate(OptimizerState& state, const Graph& before, const std::vector<Unit>& removed) {
  std::set<std::string> kinds;  // "exp_avg", "exp_avg_sq", …
  for (const auto& [parameter, tensors] : state)
    for (const auto& [kind, value] : tensors) kinds.insert(kind);
  for (const std::string& kind : kinds) {
    // A graph whose parameters are the tensors of that kind shrinks as the graph itself does.
    Graph moments = before;
    std::vector<std::pair<Tensor*, std::string>> places;
    for (const NamedParam& entry : named_params(moments)) {
      const auto known = state.find(entry.name);
      if (known == state.end()) continue;
      const auto found = known->second.find(kind);
      if (found == known->second.end() || found->second.sizes() != entry.param->value.sizes()) continue;
      entry.param->value = found->second;
      places.emplace_back(&found->second, entry.name);
    }
    if (places.empty()) continue;
    remove(moments, removed);
    const std::vector<NamedParam> cut = named_params(moments);
    for (const auto& [tensor, name] : places)
      for (const NamedParam& entry : cut)
        if (entry.name == name) *tensor = entry.param->value.detach();
  }
}

}  // namespace lathe
