/// [[step]] kind = "fold_batch_norm"
#include "lathe/rewrite/fold_batch_norm.h"

#include "lathe/base/text.h"
#include "lathe/recipe/step.h"

namespace lathe {

Step prepare_fold_batch_norm(const Settings&, StepPlan&) {
  return [](StepContext& context) {
    const FoldReport report = fold_batch_norm(context.model.graph);
    std::string sentence = fmt::format("folded {} batch norms into the layers before them", report.folded.size());
    if (!report.kept.empty()) sentence += "; these had no layer to go into: " + join(report.kept);
    return sentence;
  };
}

}  // namespace lathe
