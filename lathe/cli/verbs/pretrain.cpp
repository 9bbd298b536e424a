/// lathe pretrain MODEL --inputs X -o FILE
#include <ATen/Context.h>
#include <ATen/ops/zeros.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/cli/options.h"
#include "lathe/data/readers/name_pattern.h"
#include "lathe/data/transforms.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/normalized_batches.h"
#include "lathe/recipe/pretrain_settings.h"
#include "lathe/recipe/toml.h"
#include "lathe/recipe/train_section.h"
#include "lathe/recipe/unused_keys.h"

namespace lathe {
namespace {

struct PretrainVerb {
  std::string model, out, heads, folder, normalize, tasks;
  std::vector<std::string> assignments;
  DataOptions data;
  MachineOptions machine;
  double validation = 0;
  int64_t patience = 0;
  uint64_t seed = 0;
  bool resume = false;

  void declare(CLI::App& app);
  Settings settings() const;
  Model opened() const;
  Dataset rows(const Model& model, const Output& output, std::map<std::string, std::string>& hashes) const;
  void run(const Output& output) const;
};

void PretrainVerb::declare(CLI::App& app) {
  app.add_option("MODEL", model, "the network to start from (.safetensors, .onnx; lathe new makes one)")->required();
  data.declare(app, false);
  for (const char* name : {"--files-column", "--targets-column", "--targets"}) app.remove_option(app.get_option(name));
  app.add_option("-o,--out", out, "model file to write (.safetensors): trained up to the features, its head as it was")
      ->required();
  app.add_option("--heads", heads, "also write the network as it trained, with the heads that tell the tasks");
  app.add_option("--tasks", tasks,
                 "with commas between (lathe list pretext_tasks; default: arrow_of_time,permutation,time_warp)");
  app.add_option("--normalize", normalize, "one of `lathe list transforms`, per window (default: as the model says)");
  app.add_option("--set", assignments,
                 "a key of a recipe's step 'pretrain': --set epochs=100 --set windows_per_subject=1500")
      ->allow_extra_args(false);
  auto* held_back = app.add_option("--validation", validation,
                                   "share of the rows (with --groups: of the subjects) that is held back; the weights "
                                   "of the epoch that does best on it are kept");
  held_back->check(CLI::Range(0.0, 1.0));
  app.add_option("--patience", patience, "end after this many epochs without a better one (default: never)")
      ->check(CLI::PositiveNumber)
      ->needs(held_back);
  app.add_option("--seed", seed, "seed of heads, shuffling, tasks and what is held back (default: 0)");
  app.add_option("--checkpoints", folder, "folder for history.csv and checkpoints (default: none)");
  app.add_flag("--resume", resume, "go on from the last checkpoint in --checkpoints");
  machine.declare(app);
}

Settings PretrainVerb::settings() const {
  Settings settings("pretrain");
  for (const char* assignment : {"epochs=20", "batch=128", "optimizer.learning_rate=1e-4"})
    apply_assignment(settings, assignment, "default");
  for (const std::string& assignment : assignments) apply_assignment(settings, assignment, "--set");
  if (patience > 0) settings.set("patience", patience, "--patience");
  Settings::List names;
  if (!tasks.empty())
    for (const std::string& name : split(tasks, ',')) names.push_back({std::string(trim(name)), "--tasks"});
  if (!names.empty()) settings.set("tasks", names, "--tasks");
  return settings;
}

Model PretrainVerb::opened() const {
  Model model_file = open_model(model);
  for (const std::string& path : {out, heads})
    if (!path.empty()) require_writable(path);
  if (!normalize.empty()) {
    transforms().at(normalize);
    model_file.preprocessing.normalize = normalize;
  }
  return model_file;
}

/// Windows without labels. Files are a subject each, unless --groups says whose they are.
Dataset PretrainVerb::rows(const Model& taken, const Output& output, std::map<std::string, std::string>& hashes) const {
  DataOptions options = data;
  options.ignores_targets = options.groups.empty();
  if (is_name_pattern(options.groups)) options.targets = "{}";
  Dataset rows = options.load(taken, output, &hashes);
  rows.targets = at::zeros({rows.rows()}, at::kLong);  // nobody looks at them
  const Shape wanted = shapes(taken.graph)[static_cast<size_t>(taken.graph.inputs().at(0))];
  const Shape got = input_shape_of(taken.preprocessing, rows);
  check(wanted == got, "{}: windows are {} (the model expects {})", rows.name, got, wanted);
  return rows;
}

void PretrainVerb::run(const Output& output) const {
  Model taken = opened();
  const Settings given = settings();
  const PretrainSection section = pretrain_section(given);
  at::manual_seed(seed);
  TrainSection training;
  within(model, [&] { training = train_section(given, pretext_model(taken, section.options), validation > 0); });
  if (section.rate_scale != 1 && training.fit.schedule.warmup > 0)
    throw settings_error(given.origin("learning_rate_scale"),
                         "'learning_rate_scale' brings a way up of its own; leave out schedule.warmup");
  for (const char* key : {"checkpoint_seconds", "checkpoint_steps"})
    if (folder.empty() && given.has(key))
      refuse_unused(given, {{key, "--checkpoints", "has no effect without --checkpoints, the folder for checkpoints"}});
  given.refuse_unknown();
  if (resume && folder.empty())
    fail_as(ExitCode::usage, "pretrain: --resume needs --checkpoints, the folder to go on from");
  within("pretrain", [&] { check_pretraining(taken.graph, section.options, training.fit); });
  machine.apply();

  std::map<std::string, std::string> hashes;
  Dataset all = rows(taken, output, hashes), held_back;
  if (validation > 0) {
    ValidationSection part;
    part.ratio = validation;
    part.seed = seed;
    const Split split = within(all.name, [&] { return hold_back(all, part); });
    held_back = all.select(split.test);
    all = all.select(split.train);
    output.say(fmt::format("validation: {} of {} windows are held back{}", held_back.rows(),
                           held_back.rows() + all.rows(), all.groups.empty() ? "" : ", whole subjects"));
  }
  if (all.rate_hz > 0) taken.preprocessing.rate_hz = all.rate_hz;
  const NormalizedBatches train(all, taken.preprocessing);
  std::unique_ptr<NormalizedBatches> watched;
  if (validation > 0) watched = std::make_unique<NormalizedBatches>(held_back, taken.preprocessing);

  FitOptions fitting = training.resolved(all.targets, 2);
  const MappedFile start(model);  // a training goes on from the file that it began with
  fitting.data_id = taken.preprocessing.normalize + " start=" + content_hash(start.bytes());
  for (const auto& [file, hash] : hashes) fitting.data_id += fmt::format(" {}={}", file, hash);
  fitting.folder = folder;
  fitting.resume = resume;
  fitting.seed = seed;
  fitting.stop_requested = stop_on_signal();
  fitting.on_step = [show = show_training()](const StepReport& step) { show("pretrain", step); };
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
  verb->declare(app);
  app.footer(
      "Learns from windows without labels: each is changed at random, and the network must tell what was done to it.\n"
      "Afterwards `lathe finetune` teaches it a task with few labels. Say whose windows are whose (--groups), and hold "
      "some subjects back.\n"
      "Example:  lathe new harnet --set seconds=10 -o fresh.safetensors\n"
      "          lathe pretrain fresh.safetensors --inputs X.npy --layout NTC --groups pid.npy --validation 0.1 "
      "--patience 5 -o trunk.safetensors\n"
      "          lathe finetune trunk.safetensors --inputs few.npy --targets labels.npy -o tuned.safetensors");
  return [verb](const Output& output) { verb->run(output); };
}

}  // namespace lathe
