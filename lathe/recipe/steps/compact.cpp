/// [[step]] kind = "compact"
#include "lathe/rewrite/compact.h"

#include "lathe/recipe/step.h"

namespace lathe {

Step prepare_compact(const Settings&, StepPlan&) {
  return [](StepContext& context) { return sentence(compact(context.model.graph)); };
}

}  // namespace lathe
