/// [[step]] kind = "pretrain"; keys: method, tasks, positive_ratio, features, axis_swap, rotation, sampling,
/// windows_per_subject, subjects_per_batch, temperature, projection, learning_rate_scale, scale_cap, scale_epochs, and
/// those of `finetune` but for its loss
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/recipe/data_section_split.h"
#include "lathe/recipe/normalized_batches.h"
#include "lathe/recipe/pretrain_settings.h"
#include "lathe/recipe/tune.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {
namespace {

struct PretrainStep {
  PretrainSection section;
  TuneSection tune;

  std::string operator()(StepContext& context) const {
    FitOptions fitting = begin_tuning(context, tune, context.folder, "pretrain");
    const PretrainOptions options = section.resolved(context.rows, fitting);
    PretrainRows rows = section.rows(context.plain, context.rows);
    section.scale_rate(fitting, rows.train.rows());
    rows.validation = context.validation.rows;
    std::unique_ptr<NormalizedBatches> unseen;
    if (context.unseen.rows() > 0)
      unseen = std::make_unique<NormalizedBatches>(context.unseen, context.model.preprocessing);
    rows.unseen = unseen.get();
    const PretrainReport report = pretrain(context.model.graph, rows, options, fitting);
    context.memory = report.fit.state;
    Model trained = pretext_model(context.model, options);
    trained.graph = report.network;
    make_folder(context.folder);
    save_model(context.folder / "pretext.safetensors", trained);
    return fmt::format("pretrained {} epochs in {}: loss {:.4f}{}", report.fit.epochs,
                       human_seconds(report.fit.seconds), report.fit.loss, what_was_right(report, context));
  }

  static std::string what_was_right(const PretrainReport& report, const StepContext& context) {
    if (!report.unseen.empty())
      return fmt::format("; on {} windows of {}: {}", with_commas(context.unseen.rows()),
                         context.unseen.groups.empty() || !leak_note(context.rows, context.unseen).empty()
                             ? "the rows that test"
                             : "unseen subjects",
                         sentence(report.unseen));
    if (report.validation.empty()) return "";
    return fmt::format("; on the windows held back: {}", sentence(report.validation));
  }
};

}  // namespace

Step prepare_pretrain(const Settings& settings, StepPlan& plan) {
  PretrainStep step;
  step.section = pretrain_section(settings);
  const Model model = within(settings.where(), [&] { return pretext_model(plan.model, step.section.options); });
  StepPlan own{.model = model,
               .optimizer = plan.optimizer,
               .validates = plan.validates,
               .points = plan.points,
               .wanted = plan.wanted};
  step.tune = tune_section(settings, own);
  plan.optimizer = own.optimizer;
  plan.wanted = own.wanted;
  step.section.check_schedule(settings, step.tune.train.fit);
  settings.refuse_unknown();
  within(settings.where(), [&] { check_pretraining(plan.model.graph, step.section.options, step.tune.train.fit); });
  return step;
}

}  // namespace lathe
