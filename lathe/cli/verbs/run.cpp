/// lathe run RECIPE
#include "lathe/recipe/run.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/options.h"
#include "lathe/recipe/recipes.h"
#include "lathe/recipe/toml.h"

namespace lathe {

namespace {

struct RunVerb {
  std::string recipe, out;
  std::vector<std::string> assignments;
  RunRecipeOptions run;
  MachineOptions machine;
};

/// runs/NAME, or runs/NAME-2 … when that is taken; to resume, the last one that is there.
std::string default_folder(const std::string& name, bool resume) {
  std::string folder = "runs/" + name, last = folder;
  for (int next = 2; std::filesystem::exists(folder); ++next) {
    last = folder;
    folder = fmt::format("runs/{}-{}", name, next);
  }
  return resume ? last : folder;
}

std::string text_of(const nlohmann::json& value) {
  return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "-";
}

/// A line a fold, their mean, and the value over all rows.
std::string fold_table(const nlohmann::json& metrics) {
  const std::string primary = metrics["primary"];
  std::string text = fmt::format("\n{:<24}{:>8}{:>8}  {}\n", "fold", "train", "test", primary);
  const auto line = [&](const std::string& name, const std::string& train, const std::string& test,
                        const std::string& value) {
    text += fmt::format("{:<24}{:>8}{:>8}  {}\n", name, train, test, value);
  };
  for (const auto& fold : metrics["folds"])
    line(fold["name"], with_commas(fold["train_rows"]), with_commas(fold["test_rows"]),
         text_of(fold["metrics"].value(primary, nlohmann::json())));
  const nlohmann::json across = metrics["across_folds"].value(primary, nlohmann::json::object());
  line("mean ± std", "", "",
       text_of(across.value("mean", nlohmann::json())) + " ± " + text_of(across.value("std", nlohmann::json())));
  const std::string first = metrics["sets"].begin().key();
  for (const auto& [set, values] : metrics["sets"].items())  // "adl", "adl without smoothing"
    line("pooled" + (set == first ? "" : "," + set.substr(std::min(first.size(), set.size()))), "", "",
         text_of(values.value(primary, nlohmann::json())));
  return text;
}

std::string summary(const nlohmann::json& metrics, const std::string& out) {
  std::string text = fmt::format("\n{:<14}{:>12}{:>16}{:>12}{:>12}  {}\n", "step", "parameters", "MACs", "peak RAM",
                                 "flash", metrics["primary"].get<std::string>());
  const std::string primary = metrics["primary"];
  for (const auto& row : metrics["ledger"])
    text += fmt::format(
        "{:<14}{:>12}{:>16}{:>12}{:>12}  {}\n", row["step"].get<std::string>(), with_commas(row["parameters"]),
        with_commas(row["macs"]), human_bytes(row["peak_ram_bytes"]), human_bytes(row["flash_bytes"]),
        row.contains(primary) && row[primary].is_number() ? fmt::format("{:.4f}", row[primary].get<double>()) : "-");
  if (metrics.contains("folds"))
    return fold_table(metrics) + text + fmt::format("\nmodels   {0}/folds/*/model.safetensors\n", out) +
           fmt::format("numbers  {0}/metrics.json\nreport   {0}/report.html\n", out);
  return text +
         fmt::format("\nmodel    {0}/model.safetensors\nnumbers  {0}/metrics.json\nreport   {0}/report.html\n", out);
}

}  // namespace

Work declare_run(CLI::App& app) {
  auto verb = std::make_shared<RunVerb>();
  app.add_option("RECIPE", verb->recipe, "a .toml file, or the name of a recipe inside lathe (lathe list recipes)")
      ->required();
  app.add_option("--data", verb->run.data, "folder that the recipe's data files lie in (default: here)");
  app.add_option("--out", verb->out, "run folder (default: runs/NAME)");
  app.add_option("--set", verb->assignments, "change a setting: --set train.epochs=100; may be given often")
      ->allow_extra_args(false);
  app.add_flag("--resume", verb->run.resume, "go on with the run in --out; does nothing when it is finished");
  app.add_option("--seed", verb->run.seed, "seed of weights and shuffling (default: 0)");
  verb->machine.declare(app);
  app.footer(
      "Example:  lathe run ppg-quality-demo --out runs/demo --set model.kernels=8\n"
      "Leaves model.safetensors, metrics.json, history.csv and report.html in the run folder.");
  return [verb](const Output& output) {
    NamedRecipe recipe = find_recipe(verb->recipe);
    for (const std::string& assignment : verb->assignments) apply_assignment(recipe.settings, assignment, "--set");
    verb->machine.apply();
    RunRecipeOptions options = verb->run;
    options.name = recipe.name;
    options.out = verb->out.empty() ? default_folder(recipe.name, options.resume) : verb->out;
    options.device = verb->machine.device;
    options.command = output.command;
    options.say = [&](const std::string& sentence) { output.say(sentence); };
    options.on_step = show_training();
    options.on_rows = show_rows();
    options.stop_requested = stop_on_signal();
    const nlohmann::json metrics = run_recipe(recipe.settings, options);
    output.result(summary(metrics, options.out.string()), metrics);
  };
}

}  // namespace lathe
