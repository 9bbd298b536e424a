#include "lathe/recipe/pretrain_settings.h"

#include <algorithm>
#include <cmath>

#include "lathe/data/splits.h"
#include "lathe/pretrain/method.h"
#include "lathe/pretrain/movement.h"
#include "lathe/recipe/blame.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {
namespace {

TaskOptions task_of(const Settings& settings) {
  const TaskOptions defaults;
  TaskOptions task;
  task.kind = settings.word("kind");
  blame(settings.origin("kind"), [&] { pretext_tasks().at(task.kind); });
  task.weight = settings.real("weight", defaults.weight);
  task.segments = settings.integer("segments", defaults.segments);
  task.longer_than = settings.integer("longer_than", defaults.longer_than);
  task.knots = settings.integer("knots", defaults.knots);
  task.deviation = settings.real("deviation", defaults.deviation);
  task.least = settings.real("least", defaults.least);
  task.most = settings.real("most", defaults.most);
  settings.refuse_unknown();
  refuse_unused(settings, unused_by_kind(settings, pretext_tasks(), task.kind));
  blame(settings.origin("kind"), [&] { check_task(task); });
  return task;
}

std::vector<TaskOptions> tasks_of(const Settings& settings) {
  const std::string origin = settings.origin("tasks");
  const auto& value = settings.entries().at("tasks").value;
  std::vector<TaskOptions> tasks;
  const auto take = [&](const Settings::Value& one) {
    if (const auto* table = std::get_if<Settings>(&one)) return tasks.push_back(task_of(*table));
    const auto* word = std::get_if<std::string>(&one);
    if (word == nullptr)
      throw settings_error(origin, "'tasks' has the wrong type (expected names, or tables with a 'kind')");
    blame(origin, [&] { pretext_tasks().at(*word); });
    tasks.push_back({.kind = *word});
  };
  const auto* list = std::get_if<Settings::List>(&value);
  if (list == nullptr) take(value);
  if (list != nullptr)
    for (const Settings::Entry& entry : *list) take(entry.value);
  return tasks;
}

double rate_scale(const Settings& settings) {
  if (!settings.has("learning_rate_scale")) return 1;
  const auto& entry = settings.entries().at("learning_rate_scale");
  if (const auto* word = std::get_if<std::string>(&entry.value)) {
    if (*word == "batch") return 0;
    throw settings_error(entry.origin, fmt::format("'learning_rate_scale' is '{}' (expected a number, or \"batch\" for "
                                                   "the rows of a batch divided by 512)",
                                                   *word));
  }
  const double scale = settings.real("learning_rate_scale");
  if (!(scale >= 1 && std::isfinite(scale)))
    throw settings_error(entry.origin, fmt::format("'learning_rate_scale' is {:g} (expected at least 1)", scale));
  return scale;
}

std::vector<UnusedKey> unused_in_pretraining(const Settings& settings, const PretrainSection& section) {
  std::vector<UnusedKey> unused = unused_by_kind(settings, pretext_methods(), section.options.method);
  const auto add = [&](const char* key, const char* because, const std::string& reason) {
    if (settings.has(key)) unused.push_back({key, because, reason});
  };
  for (const char* key : {"loss", "class_weights", "monitor"})
    add(key, "kind", "has no effect in pretraining, which makes its own loss small and watches it");
  if (section.options.sampling.windows_per_subject == 0)
    add("sampling", "windows_per_subject", "has no effect without windows_per_subject, for every window is shown");
  if (!settings.has("learning_rate_scale"))
    for (const char* key : {"scale_cap", "scale_epochs"})
      add(key, "learning_rate_scale", "has no effect without learning_rate_scale");
  if (section.subjects_per_batch.value_or(0) > 0 || section.options.sampling.windows_per_subject > 0)
    add("shuffle_buffer", "subjects_per_batch",
        "has no place beside subjects_per_batch and windows_per_subject, which say in which order windows come");
  return unused;
}

}  // namespace

PretrainSection pretrain_section(const Settings& settings) {
  PretrainSection section;
  PretrainOptions& options = section.options;
  options.method = settings.word("method", options.method);
  blame(settings.origin("method"), [&] { pretext_methods().at(options.method); });
  if (settings.has("tasks")) options.tasks = tasks_of(settings);
  options.positive_ratio = settings.real("positive_ratio", options.positive_ratio);
  options.features = settings.word("features", "");
  if (settings.has("axis_swap")) options.axis_swap = settings.flag("axis_swap");
  if (settings.has("rotation")) options.rotation = settings.flag("rotation");
  options.temperature = settings.real("temperature", options.temperature);
  options.projection = settings.integer("projection", options.projection);
  options.sampling.windows_per_subject = settings.count("windows_per_subject", 0, 0);
  if (settings.has("subjects_per_batch")) section.subjects_per_batch = settings.count("subjects_per_batch", {}, 0);
  const std::string sampling = settings.word("sampling", "movement");
  if (sampling != "movement" && sampling != "uniform")
    throw settings_error(settings.origin("sampling"), unknown_name("sampling", sampling, {"movement", "uniform"}));
  section.by_movement = sampling == "movement";
  section.rate_scale = rate_scale(settings);
  section.scale_cap = settings.real("scale_cap", section.scale_cap);
  if (!(section.scale_cap >= 1))
    throw settings_error(settings.origin("scale_cap"),
                         fmt::format("'scale_cap' is {:g} (expected at least 1)", section.scale_cap));
  section.scale_epochs = settings.count("scale_epochs", section.scale_epochs, 1);
  refuse_unused(settings, unused_in_pretraining(settings, section));
  const auto origin = [&](const char* key) { return settings.has(key) ? settings.origin(key) : settings.where(); };
  const char* blamed = settings.has("tasks") ? "tasks" : "positive_ratio";
  blame(origin(blamed), [&] { make_pretext_method(options); });
  return section;
}

PretrainRows PretrainSection::rows(const BatchSource& plain, const Dataset& recorded) const {
  PretrainRows rows{.train = plain, .subjects = recorded.groups};
  if (options.sampling.windows_per_subject > 0 && by_movement)
    rows.weights = movement(recorded, std::llround(recorded.rate_hz));
  return rows;
}

PretrainOptions PretrainSection::resolved(const Dataset& recorded, const FitOptions& fitting) const {
  constexpr int64_t kPublished = 4;
  PretrainOptions all = options;
  const bool enough = std::ssize(group_names(recorded.groups)) >= kPublished && fitting.shuffle_buffer == 0;
  all.sampling.subjects_per_batch = subjects_per_batch.value_or(enough ? kPublished : 0);
  return all;
}

void PretrainSection::check_schedule(const Settings& settings, const FitOptions& fitting) const {
  if (rate_scale != 1 && fitting.schedule.warmup > 0)
    throw settings_error(settings.origin("learning_rate_scale"),
                         "'learning_rate_scale' brings a way up of its own; leave out the schedule's 'warmup'");
}

void PretrainSection::scale_rate(FitOptions& fitting, int64_t rows) const {
  const int64_t batch = fitting.batch == 0 ? rows : std::min(fitting.batch, rows);
  const double scale = std::clamp(rate_scale > 0 ? rate_scale : static_cast<double>(batch) / 512, 1.0, scale_cap);
  if (scale == 1) return;
  fitting.optimizer.learning_rate *= scale;
  fitting.schedule.warmup = fitting.schedule_per == "step" ? scale_epochs * ((rows + batch - 1) / batch) : scale_epochs;
  fitting.schedule.warmup_factor = 1 / scale;
}

Model pretext_model(const Model& model, const PretrainOptions& options) {
  check_pretraining(model.graph, options, {});
  Model made{model.name + "_pretext",
             make_pretext_method(options)->network(model.graph, options.features),
             model.preprocessing,
             {}};
  made.preprocessing.task = "classification";  // of what was done to a window: logits, [N, 2] a task
  made.preprocessing.class_names.clear();
  made.preprocessing.hidden_markov = {};
  return made;
}

}  // namespace lathe
