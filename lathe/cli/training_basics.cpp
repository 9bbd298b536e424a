#include "lathe/cli/training_basics.h"

#include <CLI/CLI.hpp>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/transforms.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/toml.h"
#include "lathe/recipe/unused_keys.h"
#include "lathe/recipe/validation_section.h"

namespace lathe {

SplitRows::SplitRows(Dataset all, double ratio, uint64_t seed, const Output& output) : train(std::move(all)) {
  if (ratio == 0) return;
  const Split split = within(train.name, [&] { return hold_back(train, {.ratio = ratio, .seed = seed, .kind = {}}); });
  held_back = train.select(split.test);
  train = train.select(split.train);
  output.say(fmt::format("validation: {} of {} windows are held back{}", held_back.rows(),
                         held_back.rows() + train.rows(), train.groups.empty() ? "" : ", whole groups"));
  if (train.groups.empty() && train.times.defined())
    output.say(
        "windows of one recording may train and validate, which makes validation look too good; --groups says whose "
        "they are: '{subject}', or '{file}'");
}

void set_by_option(Settings& settings, const char* key, const char* option, Settings::Value value) {
  if (settings.has(key))
    fail_as(ExitCode::usage, "{}: says the same as {}; leave one of them out", option, settings.origin(key));
  settings.set(key, std::move(value), option);
}

void TrainingBasics::declare_start(CLI::App& app, bool needs_targets, const std::string& out_help,
                                   const std::string& set_help) {
  app.add_option("MODEL", model, "the network to start from (.safetensors, .onnx; lathe new makes one)")->required();
  data.declare(app, needs_targets);
  app.add_option("-o,--out", out, out_help)->required();
  app.add_option("--normalize", normalize, "one of `lathe list transforms`, per window (default: as the model says)");
  app.add_option("--set", assignments, set_help)->allow_extra_args(false);
}

void TrainingBasics::declare_rest(CLI::App& app, const std::string& seed_help) {
  auto* held_back = app.add_option("--validation", validation,
                                   "share of the rows (with --groups: of the groups) that is held back; the weights of "
                                   "the epoch that does best on it are kept");
  held_back->check(CLI::Range(0.0, 1.0));
  app.add_option("--patience", patience, "end after this many epochs without a better one (default: never)")
      ->check(CLI::PositiveNumber)
      ->needs(held_back);
  app.add_option("--seed", seed, seed_help + " (default: 0)");
  app.add_option("--checkpoints", folder, "folder for history.csv and checkpoints (default: none)");
  app.add_flag("--resume", resume, "go on from the last checkpoint in --checkpoints");
  machine.declare(app);
}

Model TrainingBasics::opened() const {
  Model taken = open_model(model);
  require_writable(out);
  if (!normalize.empty()) {
    transforms().at(normalize);
    taken.preprocessing.normalize = normalize;
  }
  return taken;
}

void TrainingBasics::check_settings(const Settings& given) const {
  for (const char* key : {"checkpoint_seconds", "checkpoint_steps"})
    if (folder.empty() && given.has(key))
      refuse_unused(given, {{key, "--checkpoints", "has no effect without --checkpoints, the folder for checkpoints"}});
  given.refuse_unknown();
  if (resume && folder.empty())
    fail_as(ExitCode::usage, "{}: --resume needs --checkpoints, the folder to go on from", name);
}

void TrainingBasics::apply(FitOptions& options, const Model& taken,
                           const std::map<std::string, std::string>& hashes) const {
  const MappedFile start(model);  // a training goes on from the file that it began with
  options.data_id = taken.preprocessing.normalize + " start=" + content_hash(start.bytes());
  for (const auto& [file, hash] : hashes) options.data_id += fmt::format(" {}={}", file, hash);
  options.data_id += fmt::format(" {} validation={}", data.text(), validation);
  options.folder = folder;
  options.resume = resume;
  options.seed = seed;
  options.stop_requested = stop_on_signal();
  options.on_step = [show = show_training(), verb = name](const StepReport& step) { show(verb, step); };
}

}  // namespace lathe
