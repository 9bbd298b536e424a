/// lathe new MODEL -o FILE
#include <ATen/Context.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/options.h"
#include "lathe/cost/cost.h"
#include "lathe/models/model_registry.h"
#include "lathe/recipe/toml.h"

namespace lathe {

namespace {
struct NewVerb {
  std::string model, out;
  std::vector<std::string> assignments;
  uint64_t seed = 0;
};
}  // namespace

Work declare_new(CLI::App& app) {
  auto verb = std::make_shared<NewVerb>();
  app.add_option("MODEL", verb->model, "an architecture (lathe list models)")->required();
  app.add_option("-o,--out", verb->out, "model file to write (.safetensors)")->required();
  app.add_option("--set", verb->assignments, "change a setting: --set kernels=8; may be given often")
      ->allow_extra_args(false);
  app.add_option("--seed", verb->seed, "the same seed gives the same weights as PyTorch (default: 0)");
  std::string models_help = "Models and their settings:\n";
  for (const ModelEntry& entry : models())
    models_help += fmt::format("  {:<20}{}\n  {:<20}{}\n", entry.name, entry.summary, "", entry.settings);
  app.footer(models_help);
  return [verb](const Output& output) {
    const ModelEntry& entry = models().at(verb->model);
    Settings settings("new " + verb->model);
    for (const std::string& assignment : verb->assignments) apply_assignment(settings, assignment, "--set");
    require_writable(verb->out);
    at::manual_seed(verb->seed);
    Model model{verb->model, build_model(verb->model, settings), {}, {}};
    model.preprocessing.task = entry.task;
    model.preprocessing.normalize = "zscore";
    model.preprocessing.rate_hz = entry.rate_hz;
    save_model(verb->out, model);
    const Cost total = cost(model.graph);
    output.result(
        fmt::format("{}: {} parameters, {} MACs\n", verb->out, with_commas(total.parameters), with_commas(total.macs)),
        {{"model", {{"name", verb->model}, {"parameters", total.parameters}, {"macs", total.macs}}},
         {"file", verb->out}});
  };
}

}  // namespace lathe
