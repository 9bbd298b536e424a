#include "lathe/recipe/tune.h"

namespace lathe {

TuneSection tune_section(const Settings& settings, StepPlan& plan) {
  const bool go_on = settings.flag("continue_optimizer", false);
  TuneSection section{train_section(settings, plan.model), go_on};
  const std::string& kind = section.train.fit.optimizer.kind;
  if (go_on && plan.optimizer != kind)
    throw settings_error(
        settings.origin("continue_optimizer"),
        fmt::format("'continue_optimizer': the training before uses '{}' (this one '{}')", plan.optimizer, kind));
  plan.optimizer = kind;
  return section;
}

FitReport tune(StepContext& context, const TuneSection& section, const std::filesystem::path& folder,
               const std::string& title) {
  FitOptions options = section.train.resolved(context.targets, shapes(context.model.graph).back()[1]);
  options.folder = folder;
  options.resume = context.resume;
  options.seed = context.seed;
  options.data_id = context.data_id;
  options.stop_requested = context.stop_requested;
  options.on_step = [&](const StepReport& step) { context.on_step(title, step); };
  if (section.continue_optimizer) options.state = context.memory;
  FitReport report = fit(context.model.graph, context.train, options);
  context.memory = report.state;
  return report;
}

}  // namespace lathe
