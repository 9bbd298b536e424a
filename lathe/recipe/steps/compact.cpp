/// [[step]] kind = "compact"
#include "lathe/rewrite/compact.h"

#include "lathe/prune/migrate.h"
#include "lathe/recipe/step.h"

namespace lathe {

Step prepare_compact(const Settings&, StepPlan&) {
  return [](StepContext& context) {
    if (context.keep_shape) return std::string("left as it is");
    const auto shrink = [&](const Graph& graph, const std::vector<Unit>& removed) {
      migrate(context.memory, graph, removed);
    };
    return sentence(compact(context.model.graph, shrink));
  };
}

}  // namespace lathe
