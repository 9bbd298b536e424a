/// [[step]] kind = "sparsify"; keys: those of sparse training (recipe/sparsity_settings.h) and of `finetune`
#include "lathe/base/text.h"
#include "lathe/recipe/sparsity_settings.h"
#include "lathe/recipe/tune.h"

namespace lathe {

Step prepare_sparsify(const Settings& settings, StepPlan& plan) {
  const SparsityOptions options = sparsity_options(settings);
  const TuneSection section = tune_section(settings, plan);
  within(settings.where(), [&] { check_sparsity(plan.model.graph, options); });
  return [options, section](StepContext& context) {
    SparsityOptions mine = options;
    mine.seed = context.seed;
    const auto sparse = std::make_shared<SparseTraining>(mine);
    const FitReport report = tune(context, section, context.folder, "sparsify", sparse);
    return fmt::format("trained {} epochs with few connections in {}: loss {:.4f}; {}", report.epochs,
                       human_seconds(report.seconds), report.loss, densities_text(sparse->densities()));
  };
}

}  // namespace lathe
