/// [[step]] kind = "finetune"; keys as in [train]
#include "lathe/base/text.h"
#include "lathe/recipe/step.h"
#include "lathe/recipe/train_section.h"

namespace lathe {

Step prepare_finetune(const Settings& settings, const Model& model) {
  const TrainSection section = train_section(settings, model);
  return [section](StepContext& context) {
    FitOptions options = section.resolved(context.targets, shapes(context.model.graph).back()[1]);
    options.folder = context.folder;
    options.resume = context.resume;
    options.seed = context.seed;
    options.data_id = context.data_id;
    options.stop_requested = context.stop_requested;
    options.on_step = [&](const StepReport& step) { context.on_step("finetune", step); };
    const FitReport report = fit(context.model.graph, context.train, options);
    return fmt::format("trained {} more epochs in {}: loss {:.4f}", report.epochs, human_seconds(report.seconds),
                       report.loss);
  };
}

}  // namespace lathe
