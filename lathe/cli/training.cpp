#include "lathe/cli/training.h"

#include <ATen/Context.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/transforms.h"
#include "lathe/eval/metric.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/evaluate_section.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/normalized_batches.h"
#include "lathe/recipe/toml.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {

namespace {

/// Refuses what would fail in the first step with a sentence that says how to mend it.
void check_fits(const Model& model, const Dataset& data) {
  const std::vector<Shape> all = shapes(model.graph);
  const Shape wanted = all[static_cast<size_t>(model.graph.inputs().at(0))];
  const Shape got = input_shape_of(model.preprocessing, data);
  check(wanted == got, "{}: {} are {} (the model expects {})", data.name,
        model.preprocessing.front_end.kind == "none" ? "windows" : "features", got, wanted);
  if (model.preprocessing.task != "classification" || model.graph.outputs.size() != 1) return;
  const auto only = data.targets.min().item<int64_t>();
  check(only != data.targets.max().item<int64_t>(),
        "{}: all rows are of one class{}, so there is nothing to tell apart", data.name,
        only < std::ssize(data.class_names) ? fmt::format(" ('{}')", data.class_names[static_cast<size_t>(only)]) : "");
  const int64_t outputs = all[static_cast<size_t>(model.graph.outputs[0])][1];
  const int64_t classes = std::max(std::ssize(data.class_names), data.targets.max().item<int64_t>() + 1);
  check(classes <= outputs,
        "{}: has {} classes{} but the model has {} outputs; lathe finetune --head {} gives it a classifier of as many",
        data.name, classes, data.class_names.empty() ? "" : fmt::format(" ({})", join(data.class_names)), outputs,
        classes);
}

/// A model that knows no names of its classes learns those of the labels, where there are as many.
void name_classes(Model& model, const Dataset& data) {
  std::vector<std::string>& names = model.preprocessing.class_names;
  if (model.preprocessing.task != "classification" || !names.empty()) return;
  if (std::ssize(data.class_names) == shapes(model.graph).back()[1]) names = data.class_names;
}

}  // namespace

void TrainingVerb::declare(CLI::App& app) {
  declare_start(app, true, "model file to write (.safetensors)",
                "a setting of a recipe's [train]: --set epochs=100 --set optimizer.learning_rate=0.01");
  app.add_option("--freeze", frozen, "layers that stay as they are, running statistics too: 'features.*' (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--class-weights", class_weights, "balanced or inverse: rare classes count as much as common ones")
      ->check(CLI::IsMember({"balanced", "inverse"}));
  declare_rest(app, "seed of shuffling, dropout and what is held back");
}

Settings TrainingVerb::settings(const std::vector<std::string>& defaults) const {
  Settings settings(name);
  for (const std::string& assignment : defaults) apply_assignment(settings, assignment, "default");
  for (const std::string& assignment : assignments) apply_assignment(settings, assignment, "--set");
  Settings::List globs;
  for (const std::string& glob : frozen) globs.push_back({glob, "--freeze " + glob});
  if (!globs.empty()) set_by_option(settings, "freeze", "--freeze", globs);
  if (!class_weights.empty()) set_by_option(settings, "class_weights", "--class-weights", class_weights);
  if (patience > 0) set_by_option(settings, "patience", "--patience", patience);
  return settings;
}

void TrainingVerb::run(const Output& output, const TrainingWork& work) const {
  Model taken = opened();
  Settings given = settings(work.defaults);
  if (work.read) work.read(given);
  at::manual_seed(seed);
  if (work.prepare) work.prepare(taken);
  const TrainSection section = train_section(given, taken, validation > 0);
  check_settings(given);
  if (work.check) work.check(taken, section);
  machine.apply();
  at::manual_seed(seed);
  std::map<std::string, std::string> hashes;
  const SplitRows rows(data.load(taken, output, &hashes), validation, seed, output);
  check_fits(taken, rows.train);
  if (rows.train.rate_hz > 0) taken.preprocessing.rate_hz = rows.train.rate_hz;
  name_classes(taken, rows.train);
  const NormalizedBatches train(rows.train, taken.preprocessing);
  std::unique_ptr<NormalizedBatches> held_back;
  ValidationRows watched;
  if (validation > 0) {
    held_back = std::make_unique<NormalizedBatches>(rows.held_back, taken.preprocessing);
    watched.rows = held_back.get();
    watched.metric = [&](const Graph& graph, const std::string& metric_name) {
      return metric(metric_name, scores_of({taken.name, graph, taken.preprocessing, {}}, rows.held_back, "window"));
    };
  }
  FitOptions options = section.resolved(rows.train.targets, shapes(taken.graph).back()[1], watched);
  apply(options, taken, hashes);
  move_to(taken.graph, machine.device);
  const FitReport report = work.fit(taken, train, options, watched.rows);
  save_model(out, taken);
  std::string text =
      fmt::format("{}: {} epochs, loss {:.4f}, {}{}\n", out, report.epochs, report.loss, human_seconds(report.seconds),
                  report.best_epoch > 0 ? fmt::format("; of epoch {}, {} {:.4f} on the rows held back",
                                                      report.best_epoch, section.monitor, report.best_value)
                                        : "");
  nlohmann::json object = {{"file", out},
                           {"train", {{"epochs", report.epochs}, {"seconds", report.seconds}, {"loss", report.loss}}}};
  if (report.best_epoch > 0)
    object["train"].update({{"best_epoch", report.best_epoch}, {"best_value", report.best_value}});
  if (work.describe) work.describe(text, object);
  output.result(text, object);
}

}  // namespace lathe
