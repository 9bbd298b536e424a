/// lathe pretrain MODEL --inputs X -o FILE
#include <ATen/Context.h>
#include <ATen/ops/zeros.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/training_basics.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/normalized_batches.h"
#include "lathe/recipe/pretrain_settings.h"
#include "lathe/recipe/toml.h"
#include "lathe/recipe/train_section.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {
namespace {

struct PretrainVerb : TrainingBasics {
  std::string heads, tasks;

  void declare(CLI::App& app);
  Settings settings() const;
  Dataset rows(const Model& model, const Output& output, std::map<std::string, std::string>& hashes) const;
  void run(const Output& output) const;
};

void PretrainVerb::declare(CLI::App& app) {
  declare_start(app, false, "model file to write (.safetensors): trained up to the features, its head as it was",
                "a key of a recipe's step 'pretrain': --set epochs=100 --set windows_per_subject=1500");
  for (const char* name : {"--files-column", "--targets-column"}) app.remove_option(app.get_option(name));
  app.get_option("--targets")
      ->description(
          "the pattern of files' names, '{activity}/{subject}_{index}', for --groups '{subject}'; labels are not "
          "looked "
          "at");
  app.add_option("--heads", heads, "also write the network as it trained, with the heads that tell the tasks");
  app.add_option("--tasks", tasks,
                 "with commas between (lathe list pretext_tasks; default: arrow_of_time,permutation,time_warp)");
  declare_rest(app, "seed of heads, shuffling, tasks and what is held back");
}

Settings PretrainVerb::settings() const {
  Settings settings("pretrain");
  for (const char* assignment : {"epochs=20", "batch=128", "optimizer.learning_rate=1e-4"})
    apply_assignment(settings, assignment, "default");
  for (const std::string& assignment : assignments) apply_assignment(settings, assignment, "--set");
  if (patience > 0) set_by_option(settings, "patience", "--patience", patience);
  Settings::List names;
  if (!tasks.empty())
    for (const std::string& name : split(tasks, ',')) names.push_back({std::string(trim(name)), "--tasks"});
  if (!names.empty()) set_by_option(settings, "tasks", "--tasks", names);
  return settings;
}

/// Windows without labels. Files are a subject each, unless --groups says whose they are, and --targets where in their
/// names that stands.
Dataset PretrainVerb::rows(const Model& taken, const Output& output, std::map<std::string, std::string>& hashes) const {
  DataOptions options = data;
  options.ignores_targets = options.groups.empty();
  if (is_name_pattern(options.groups) && options.targets.empty()) {
    if (options.groups != "{file}")
      fail_as(
          ExitCode::usage,
          "--groups '{}': nothing says where in a file's name that stands; give the pattern of the names: --targets "
          "'{{activity}}/{{subject}}_{{index}}' (labels are not looked at)",
          options.groups);
    options.targets = "{}";
  }
  Model anybody = taken;
  anybody.preprocessing.task.clear();  // nor are its classes
  anybody.preprocessing.class_names.clear();
  Dataset rows = options.load(anybody, output, &hashes);
  rows.class_names.clear();
  if (options.ignores_targets && !rows.groups.empty() && validation > 0)
    output.say(
        "every file counts as a subject; where one person has several, --targets and --groups say whose they are");
  rows.targets = at::zeros({rows.rows()}, at::kLong);  // nobody looks at them
  const Shape wanted = shapes(taken.graph)[static_cast<size_t>(taken.graph.inputs().at(0))];
  const Shape got = input_shape_of(taken.preprocessing, rows);
  check(wanted == got, "{}: windows are {} (the model expects {})", rows.name, got, wanted);
  return rows;
}

void PretrainVerb::run(const Output& output) const {
  Model taken = opened();
  if (!heads.empty()) require_writable(heads);
  const Settings given = settings();
  const PretrainSection section = pretrain_section(given);
  at::manual_seed(seed);
  TrainSection training;
  within(model, [&] { training = train_section(given, pretext_model(taken, section.options), validation > 0); });
  section.check_schedule(given, training.fit);
  check_settings(given);
  within("pretrain", [&] { check_pretraining(taken.graph, section.options, training.fit); });
  machine.apply();

  std::map<std::string, std::string> hashes;
  const SplitRows split(rows(taken, output, hashes), validation, seed, output);
  const Dataset& all = split.train;
  if (all.rate_hz > 0) taken.preprocessing.rate_hz = all.rate_hz;
  const NormalizedBatches train(all, taken.preprocessing);
  std::unique_ptr<NormalizedBatches> watched;
  if (validation > 0) watched = std::make_unique<NormalizedBatches>(split.held_back, taken.preprocessing);

  FitOptions fitting = training.resolved(all.targets, 2);
  apply(fitting, taken, hashes);
  section.scale_rate(fitting, all.rows());
  move_to(taken.graph, machine.device);
  at::manual_seed(seed);
  PretrainRows windows = section.rows(train, all);
  windows.validation = watched.get();
  const PretrainReport report = pretrain(taken.graph, windows, section.resolved(all, fitting), fitting);

  if (!heads.empty()) {
    Model with_heads = pretext_model(taken, section.options);
    with_heads.graph = report.network;
    save_model(heads, with_heads);
  }
  save_model(out, taken);
  nlohmann::json object = {
      {"file", out},
      {"train", {{"epochs", report.fit.epochs}, {"seconds", report.fit.seconds}, {"loss", report.fit.loss}}}};
  for (const PretextScore& score : report.validation)
    object["validation"][score.measure] = {{"accuracy", score.accuracy}, {"chance", score.chance}};
  output.result(
      fmt::format(
          "{}: {} epochs, loss {:.4f}, {}{}\n", out, report.fit.epochs, report.fit.loss,
          human_seconds(report.fit.seconds),
          report.validation.empty() ? "" : fmt::format("; on the windows held back: {}", sentence(report.validation))),
      object);
}

}  // namespace

Work declare_pretrain(CLI::App& app) {
  auto verb = std::make_shared<PretrainVerb>();
  verb->name = "pretrain";
  verb->declare(app);
  app.footer(
      "Learns from windows without labels: each is changed at random, and the network must tell what was done to it.\n"
      "Afterwards `lathe finetune` teaches it a task with few labels. Say whose windows are whose (--groups), and hold "
      "some subjects back.\n"
      "Example:  lathe new harnet --set seconds=10 -o fresh.safetensors\n"
      "          lathe pretrain fresh.safetensors --inputs X.npy --layout NTC --groups pid.npy --validation 0.1 "
      "--patience 5 -o trunk.safetensors\n"
      "          lathe finetune trunk.safetensors --inputs few.npy --layout NTC --targets labels.npy --head 5 -o "
      "tuned.safetensors\nKeys of --set: docs/self-supervision.md, and those of a recipe's [train].");
  return [verb](const Output& output) { verb->run(output); };
}

}  // namespace lathe
