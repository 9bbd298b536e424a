/// [[step]] kind = "surgical"; keys: blocks, features, and those of `finetune` without freeze
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/recipe/surgical_search.h"
#include "lathe/recipe/tune.h"

namespace lathe {
namespace {

/// Refuses what does not fit the network before anything is trained.
void check_trials(const Settings& settings, const Graph& graph, const SurgicalOptions& options) {
  try {
    surgical_trials(graph, options);
  } catch (const Error& error) {
    const char* key = settings.has("blocks") ? "blocks" : "features";
    throw settings_error(settings.origin(key), error.what());
  }
}

}  // namespace

Step prepare_surgical(const Settings& settings, StepPlan& plan) {
  const SurgicalOptions search{settings.word("features", ""), settings.words("blocks", std::vector<std::string>())};
  if (!plan.validates)
    throw settings_error(settings.where(), "a block is chosen by rows that do not train; add a [validation] section");
  if (settings.has("freeze"))
    throw settings_error(settings.origin("freeze"),
                         "'freeze' has no effect here, for every trial freezes all but a block; blocks names them");
  const TuneSection section = tune_section(settings, plan);
  settings.refuse_unknown();
  check_trials(settings, plan.model.graph, search);
  return [section, search](StepContext& context) {
    const FitOptions options = begin_tuning(context, section, context.folder, "surgical");
    const auto train = [&](Graph& graph, const std::string& trial, FitOptions own) {
      own.on_step = [&](const StepReport& step) { context.on_step("surgical: " + trial, step); };
      return fit(graph, context.train, own, context.validation.rows);
    };
    const SurgicalReport report =
        surgical_search(context.model.graph, surgical_trials(context.model.graph, search), options, train);
    context.memory = report.fit.state;
    if (!context.folder.empty()) {
      make_folder(context.folder);
      write_atomic(context.folder / "surgical.csv", surgical_csv(report));
    }
    const SurgicalRow& kept = report.rows[report.best];
    return fmt::format("surgical: of {} trials '{}' is best on the validation rows, {} {:.4f}, and is kept\n{}",
                       report.rows.size(), kept.trained, report.watched, kept.value, surgical_table(report));
  };
}

}  // namespace lathe
