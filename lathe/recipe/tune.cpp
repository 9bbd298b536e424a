#include "lathe/recipe/tune.h"

#include <ATen/Context.h>

#include "lathe/recipe/unused_keys.h"

namespace lathe {

TuneSection tune_section(const Settings& settings, StepPlan& plan) {
  const bool go_on = settings.flag("continue_optimizer", false);
  TuneSection section{train_section(settings, plan.model, plan.validates), go_on, settings.word("from", "")};
  const std::string& kind = section.train.fit.optimizer.kind;
  if (!section.from.empty()) {
    plan.want(settings, "from", section.from);
    if (go_on)
      refuse_unused(settings, {{"continue_optimizer", "from",
                                "has no effect with 'from', for the optimiser was trained on from there"}});
  }
  if (go_on && plan.optimizer != kind)
    throw settings_error(
        settings.origin("continue_optimizer"),
        fmt::format("'continue_optimizer': the training before uses '{}' (this one '{}')", plan.optimizer, kind));
  plan.optimizer = kind;
  return section;
}

FitOptions begin_tuning(StepContext& context, const TuneSection& section, const std::filesystem::path& folder,
                        const std::string& title) {
  if (!section.from.empty()) {
    context.model.graph = clone(context.points.at(section.from));
    at::manual_seed(context.seed);  // ways that begin at one point draw the same numbers
  }
  FitOptions options =
      section.train.resolved(context.targets, shapes(context.model.graph).back()[1], context.validation);
  options.folder = folder;
  options.resume = context.resume;
  options.seed = context.seed;
  options.data_id = context.data_id;
  options.stop_requested = context.stop_requested;
  options.on_step = [on_step = context.on_step, title](const StepReport& step) { on_step(title, step); };
  if (section.continue_optimizer) options.state = context.memory;
  return options;
}

FitReport tune(StepContext& context, const TuneSection& section, const std::filesystem::path& folder,
               const std::string& title, std::shared_ptr<TrainingCallback> callback) {
  FitOptions options = begin_tuning(context, section, folder, title);
  options.callback = std::move(callback);
  FitReport report = fit(context.model.graph, context.train, options, context.validation.rows);
  context.memory = report.state;
  return report;
}

}  // namespace lathe
