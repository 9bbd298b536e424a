/// [[step]] kind = "prune"; keys: criterion, norm, reduction, normalizer, ratio or keep_macs or keep_parameters or
/// max_ram_bytes, ranking, protect, multiple_of, most, batch, batches
#include "lathe/prune/prune.h"

#include "lathe/base/text.h"
#include "lathe/prune/evidence.h"
#include "lathe/recipe/step.h"
#include "lathe/recipe/train_section.h"

namespace lathe {
namespace {

PruneOptions prune_options(const Settings& settings) {
  PruneOptions options;
  options.criterion = settings.word("criterion", options.criterion);
  options.scoring.norm = static_cast<int>(settings.count("norm", 2, 1));
  options.scoring.reduction = settings.word("reduction", options.scoring.reduction);
  options.scoring.normalizer = settings.word("normalizer", options.scoring.normalizer);
  options.ratio = settings.real("ratio", options.ratio);
  options.ranking = settings.word("ranking", options.ranking);
  options.protect = settings.words("protect", std::vector<std::string>());
  options.multiple_of = settings.count("multiple_of", 1, 1);
  options.most = settings.real("most", options.most);
  if (settings.has("keep_macs")) options.keep_macs = settings.real("keep_macs");
  if (settings.has("keep_parameters")) options.keep_parameters = settings.real("keep_parameters");
  if (settings.has("max_ram_bytes")) options.max_ram_bytes = settings.count("max_ram_bytes", {}, 1);
  return options;
}

/// Plans on the untrained network, so that a slip or a target out of reach shows before the training. What data would
/// say is not known yet; sizes do not depend on it.
void check_options(const Settings& settings, PruneOptions options, const Model& model) {
  if (settings.has("ratio") && (options.keep_macs || options.keep_parameters || options.max_ram_bytes))
    throw settings_error(settings.origin("ratio"), "'ratio' has no effect beside a target; leave one of them out");
  try {
    if (criteria().at(options.criterion).needs_data) options.criterion = "random";
    plan_pruning(model.graph, options);
  } catch (const Error& error) {
    const Error placed = error.within(settings.where());
    throw Error(placed.what(), error.code() == ExitCode::usage ? ExitCode::bad_input : error.code());
  }
}

}  // namespace

Step prepare_prune(const Settings& settings, const Model& model) {
  const PruneOptions options = prune_options(settings);
  const int64_t batch = settings.count("batch", 64, 1), batches = settings.count("batches", 16, 1);
  settings.refuse_unknown();
  const bool needs_data = criteria().find(options.criterion) != nullptr && criteria().at(options.criterion).needs_data;
  for (const char* key : {"batch", "batches"})
    if (settings.has(key) && !needs_data)
      throw settings_error(settings.origin(key),
                           fmt::format("'{}' has no effect with a criterion that looks at no data", key));
  check_options(settings, options, model);
  const LossOptions loss{.kind = default_loss(model), .class_weights = {}};
  return [=](StepContext& context) {
    PruneOptions seeded = options;
    seeded.scoring.seed = context.seed;
    const Evidence evidence =
        needs_data ? gather_evidence(context.model.graph, context.train, *make_loss(loss), batch, batches) : Evidence{};
    const PruneReport report = prune(context.model.graph, seeded, evidence);
    return fmt::format("pruned by {}: {} of {} parameters and {} of {} MACs are left", options.criterion,
                       with_commas(report.parameters_after), with_commas(report.parameters_before),
                       with_commas(report.macs_after), with_commas(report.macs_before));
  };
}

}  // namespace lathe
