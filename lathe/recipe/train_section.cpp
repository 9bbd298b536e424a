#include "lathe/recipe/train_section.h"

#include <algorithm>

#include "lathe/base/text.h"
#include "lathe/eval/metric.h"
#include "lathe/graph/freeze.h"
#include "lathe/kernels/method_guard.h"
#include "lathe/recipe/blame.h"
#include "lathe/recipe/evaluate_section.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {
namespace {

/// `optimizer = "adam"` is short for `optimizer = {kind = "adam"}`, which is then made in `storage`.
const Settings& kind_table(const Settings& settings, const std::string& key, const std::string& fallback,
                           Settings& storage) {
  const auto& entries = settings.entries();
  const auto found = entries.find(key);
  if (found == entries.end() || std::holds_alternative<std::string>(found->second.value)) {
    storage.set("kind", settings.word(key, fallback), settings.origin(key));
    return storage;
  }
  return settings.table(key);
}

/// Tables have no order: where several globs match, the longest says most.
std::vector<std::pair<std::string, double>> factors(const Settings& settings) {
  std::vector<std::pair<std::string, double>> factors;
  for (const auto& entry : settings.entries()) factors.emplace_back(entry.first, settings.real(entry.first));
  std::stable_sort(factors.begin(), factors.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return factors;
}

OptimizerOptions optimizer_options(const Settings& settings) {
  const OptimizerOptions defaults;
  OptimizerOptions options;
  options.kind = settings.word("kind", defaults.kind);
  options.learning_rate = settings.real("learning_rate", defaults.learning_rate);
  if (settings.has("weight_decay")) options.weight_decay = settings.real("weight_decay");
  options.momentum = settings.real("momentum", defaults.momentum);
  options.dampening = settings.real("dampening", defaults.dampening);
  options.nesterov = settings.flag("nesterov", defaults.nesterov);
  options.beta1 = settings.real("beta1", defaults.beta1);
  options.beta2 = settings.real("beta2", defaults.beta2);
  options.epsilon = settings.real("epsilon", defaults.epsilon);
  options.amsgrad = settings.flag("amsgrad", defaults.amsgrad);
  options.learning_rates = factors(settings.table("learning_rates"));
  return options;
}

ScheduleOptions schedule_options(const Settings& settings) {
  const ScheduleOptions defaults;
  ScheduleOptions options;
  options.kind = settings.word("kind", defaults.kind);
  options.start_factor = settings.real("start_factor", defaults.start_factor);
  options.end_factor = settings.real("end_factor", defaults.end_factor);
  options.length = settings.count("length", defaults.length, 0);
  options.every = settings.count("every", defaults.every, 1);
  if (settings.has("decay")) options.decay = settings.real("decay");
  options.ramp_until = settings.count("ramp_until", defaults.ramp_until, 0);
  options.flat_until = settings.count("flat_until", defaults.flat_until, 0);
  options.down_until = settings.count("down_until", defaults.down_until, 0);
  options.patience = settings.count("patience", defaults.patience, 0);
  options.threshold = settings.real("threshold", defaults.threshold);
  options.cooldown = settings.count("cooldown", defaults.cooldown, 0);
  options.minimum = settings.real("minimum", defaults.minimum);
  options.warmup = settings.count("warmup", defaults.warmup, 0);
  options.warmup_factor = settings.real("warmup_factor", defaults.warmup_factor);
  return options;
}

RegularizerOptions regularizer_options(const Settings& settings) {
  RegularizerOptions options;
  options.kind = settings.word("kind");
  options.strength = settings.real("strength", options.kind == "batch_norm_scale" ? 1e-5 : options.strength);
  options.spread = settings.real("spread", options.spread);
  options.growth = settings.real("growth", options.growth);
  options.every = settings.count("every", options.every, 1);
  settings.refuse_unknown();
  return options;
}

/// Asks the registries now, so that a slip shows before any data is read.
void check_kinds(const FitOptions& fit, const Settings& settings, const Settings& optimizer, const Settings& schedule) {
  blame(settings.origin("loss"), [&] { losses().at(fit.loss.kind); });
  blame(settings.origin("kernel_method"), [&] { kernel_method(fit.kernel_method); });
  blame(optimizer.origin("kind"), [&] { optimizers().at(fit.optimizer.kind); });
  blame(optimizer.where(), [&] { const Optimizer checks_its_options(fit.optimizer); });
  blame(schedule.origin("kind"), [&] { schedules().at(fit.schedule.kind); });
  blame(schedule.where(),
        [&] { make_schedule(fit.schedule, fit.optimizer.learning_rate, std::max<int64_t>(fit.epochs, 1)); });
  if (fit.schedule_per != "epoch" && fit.schedule_per != "step")
    throw settings_error(schedule.origin("per"), unknown_name("unit of time", fit.schedule_per, {"epoch", "step"}));
}

/// Asks the network whether it has the layers that are named.
void check_layers(const FitOptions& fit, const Graph& graph, const Settings& settings, const Settings& optimizer) {
  for (const auto& rate : fit.optimizer.learning_rates)
    blame(optimizer.origin("learning_rates"), [&] { check_param_globs(graph, {rate.first}); });
  if (fit.freeze.empty()) return;
  Graph trial = graph;
  const FreezeGuard guard(trial);
  blame(settings.origin("freeze"), [&] { freeze(trial, fit.freeze); });
}

std::vector<UnusedKey> unused_in_train(const Settings& settings, const FitOptions& fit) {
  std::vector<UnusedKey> unused;
  if (fit.epochs == 0 && settings.origin("epochs").rfind("--", 0) != 0)  // who types it skips the training for once
    for (const auto& entry : settings.entries())
      if (entry.first != "epochs")
        unused.push_back({entry.first, "epochs", "has no effect with epochs = 0, where nothing is trained"});
  if (settings.has("class_weights") && fit.loss.kind != "cross_entropy")
    unused.push_back({"class_weights", "loss",
                      fmt::format("has no effect with the loss '{}'; it counts with cross_entropy", fit.loss.kind)});
  if (settings.has("shuffle_buffer") && (fit.batch == 0 || !fit.shuffle))
    unused.push_back({"shuffle_buffer", fit.batch == 0 ? "batch" : "shuffle",
                      "has no effect where rows are not shuffled; it counts with mini-batches and shuffle = true"});
  if (settings.has("shuffle") && fit.batch == 0)
    unused.push_back({"shuffle", "batch",
                      "has no effect with batch = 0, where every step takes all rows; it counts with mini-batches"});
  return unused;
}

std::vector<UnusedKey> unused_in_optimizer(const Settings& settings, const OptimizerOptions& options) {
  std::vector<UnusedKey> unused = unused_by_kind(settings, optimizers(), options.kind);
  if (unused.empty() && settings.has("dampening") && options.momentum == 0)
    unused.push_back({"dampening", "momentum", "has no effect without momentum; it counts with momentum above 0"});
  return unused;
}

std::vector<UnusedKey> unused_in_schedule(const Settings& settings, const ScheduleOptions& options) {
  std::vector<UnusedKey> unused = unused_by_kind(settings, schedules(), options.kind);
  if (options.warmup > 0)  // whose time has a unit too
    std::erase_if(unused, [](const UnusedKey& one) { return one.key == "per"; });
  if (unused.empty() && settings.has("warmup_factor") && options.warmup == 0)
    unused.push_back({"warmup_factor", "warmup", "has no effect without warmup; it counts with warmup = 1 or more"});
  return unused;
}

}  // namespace

FitOptions TrainSection::resolved(const at::Tensor& targets, int64_t outputs, const ValidationRows& validation) const {
  FitOptions options = fit;
  if (monitor != "loss" && validation.metric)
    options.watch.value = [metric = validation.metric, name = monitor](const Graph& graph) {
      return metric(graph, name);
    };
  if (regularizer) options.regularizer = make_regularizer(*regularizer);
  if (class_weights == "balanced") options.loss.class_weights = balanced_class_weights(targets, outputs);
  if (class_weights == "inverse") options.loss.class_weights = inverse_class_weights(targets, outputs);
  return options;
}

std::string default_loss(const Model& model) {
  return model.preprocessing.task == "classification" ? "cross_entropy" : "bce";
}

/// What is watched on the validation rows.
void read_watch(const Settings& settings, const Model& model, bool validates, TrainSection& section) {
  for (const char* key : {"monitor", "patience", "min_delta", "restore_best"})
    if (!validates && settings.has(key))
      refuse_unused(settings,
                    {{key, "validation", "has no effect without rows to validate on; add a [validation] section"}});
  if (!validates) return;
  section.monitor = settings.word("monitor", "loss");
  Watch& watch = section.fit.watch;
  watch.name = section.monitor;
  if (section.monitor != "loss")
    blame(settings.origin("monitor"), [&] {
      watch.larger_is_better = !metric_for(section.monitor, task_of(model.preprocessing)).smaller_is_better;
    });
  watch.patience = settings.count("patience", 0, 0);
  watch.min_delta = settings.real("min_delta", 0.0);
  if (!(watch.min_delta >= 0))
    throw settings_error(settings.origin("min_delta"),
                         fmt::format("'min_delta' is {:g} (expected at least 0)", watch.min_delta));
  watch.restore_best = settings.flag("restore_best", true);
}

static void read_class_weights(const Settings& settings, TrainSection& section) {
  if (!settings.has("class_weights")) return;
  if (!std::holds_alternative<std::string>(settings.entries().at("class_weights").value)) {
    section.fit.loss.class_weights = settings.reals("class_weights");
    return;
  }
  section.class_weights = settings.word("class_weights");
  if (section.class_weights != "balanced" && section.class_weights != "inverse")
    throw settings_error(
        settings.origin("class_weights"),
        fmt::format("'class_weights' is '{}' (expected \"balanced\", \"inverse\" or a list of numbers)",
                    section.class_weights));
}

TrainSection train_section(const Settings& settings, const Model& model, bool validates, int64_t fewest_epochs) {
  TrainSection section;
  FitOptions& fit = section.fit;
  fit.epochs = settings.count("epochs", 100, fewest_epochs);
  fit.batch = settings.count("batch", 0, 0);
  fit.accumulate = settings.count("accumulate", 1, 1);
  fit.shuffle = settings.flag("shuffle", true);
  fit.shuffle_buffer = settings.count("shuffle_buffer", 0, 0);
  fit.freeze = settings.words("freeze", std::vector<std::string>());
  fit.kernel_method = settings.word("kernel_method", "auto");
  fit.clip_norm = settings.real("clip_norm", 0.0);
  fit.clip_value = settings.real("clip_value", 0.0);
  fit.checkpoint_seconds = settings.real("checkpoint_seconds", 10.0);
  fit.checkpoint_steps = settings.count("checkpoint_steps", 0, 0);
  fit.loss.kind = settings.word("loss", default_loss(model));
  Settings short_optimizer(settings.where()), short_schedule(settings.where());
  const Settings& optimizer = kind_table(settings, "optimizer", "adam", short_optimizer);
  const Settings& schedule = kind_table(settings, "schedule", "constant", short_schedule);
  fit.optimizer = optimizer_options(optimizer);
  fit.schedule = schedule_options(schedule);
  fit.schedule_per = schedule.word("per", "epoch");
  read_watch(settings, model, validates, section);
  if (settings.has("regularizer")) {
    Settings short_regularizer(settings.where());
    const Settings& regularizer = kind_table(settings, "regularizer", "", short_regularizer);
    section.regularizer = regularizer_options(regularizer);
    blame(regularizer.origin("kind"), [&] { regularizers().at(section.regularizer->kind); });
    blame(regularizer.where(), [&] { make_regularizer(*section.regularizer)->begin(model.graph); });
    refuse_unused(regularizer, unused_by_kind(regularizer, regularizers(), section.regularizer->kind));
  }
  read_class_weights(settings, section);
  optimizer.refuse_unknown();
  schedule.refuse_unknown();
  check_kinds(fit, settings, optimizer, schedule);
  check_layers(fit, model.graph, settings, optimizer);
  refuse_unused(settings, unused_in_train(settings, fit));
  refuse_unused(optimizer, unused_in_optimizer(optimizer, fit.optimizer));
  refuse_unused(schedule, unused_in_schedule(schedule, fit.schedule));
  if (const std::string mismatch = loss_mismatch(model.graph, fit.loss.kind); !mismatch.empty())
    throw settings_error(settings.origin("loss"), mismatch);
  return section;
}

}  // namespace lathe
