/// [[step]] kind = "finetune"; keys as in [train], and continue_optimizer
#include "lathe/base/text.h"
#include "lathe/recipe/tune.h"

namespace lathe {

Step prepare_finetune(const Settings& settings, StepPlan& plan) {
  const TuneSection section = tune_section(settings, plan);
  return [section](StepContext& context) {
    const FitReport report = tune(context, section, context.folder, "finetune");
    return fmt::format("trained {} more epochs in {}: loss {:.4f}", report.epochs, human_seconds(report.seconds),
                       report.loss);
  };
}

}  // namespace lathe
