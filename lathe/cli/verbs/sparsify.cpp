/// lathe sparsify MODEL --inputs X --targets Y -o FILE
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/cli/training.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/sparsity_settings.h"
#include "lathe/rewrite/compact.h"

namespace lathe {
namespace {

struct SparsifyVerb {
  TrainingVerb training;
  std::string method, distribution;
  double density = -1;
  std::vector<std::string> layers;
  bool compact = false;

  void compact_only(const Output& output) const;
};

nlohmann::json to_json(const std::vector<LayerDensity>& layers) {
  nlohmann::json all = nlohmann::json::array();
  for (const LayerDensity& layer : layers)
    all.push_back({{"name", layer.name}, {"active", layer.active}, {"size", layer.size}});
  return all;
}

nlohmann::json to_json(const CompactReport& report) {
  return {{"unread", report.unread},
          {"constant", report.constant},
          {"kept", report.kept},
          {"parameters_before", report.parameters_before},
          {"parameters_after", report.parameters_after}};
}

void SparsifyVerb::compact_only(const Output& output) const {
  Model taken = training.opened();
  training.machine.apply();
  const CompactReport report = lathe::compact(taken.graph);
  save_model(training.out, taken);
  output.result(fmt::format("{}: {}\n", training.out, sentence(report)),
                {{"file", training.out}, {"compact", to_json(report)}});
}

}  // namespace

Work declare_sparsify(CLI::App& app) {
  app.footer(
      "Most connections are switched off (weight 0) from the first step; while the others train, the useless go and as "
      "many others come back.\n"
      "Methods: lathe list sparsity_methods. Rules by name, schedules and statistics: --set KEY=VALUE, as in a "
      "recipe's "
      "step 'sparsify'.\n"
      "Example:  lathe new mlp -o fresh.safetensors\n"
      "          lathe sparsify fresh.safetensors --inputs x.npy --targets y.npy --method hebbian --density 0.05 -o "
      "sparse.safetensors\n"
      "          lathe sparsify sparse.safetensors --compact -o small.safetensors      (whole channels that are dead)\n"
      "          … --distribution erdos_renyi --layer 'fc*' --set share=0.3 --set prune=weighted_hebbian");
  auto verb = std::make_shared<SparsifyVerb>();
  verb->training.name = "sparsify";
  verb->training.declare(app);
  app.add_option("--method", verb->method, "one of `lathe list sparsity_methods` (default: set)");
  app.add_option("--density", verb->density, "active connections of all, of these layers together (default: 0.1)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--distribution", verb->distribution,
                 "over layers: `lathe list sparsity_distributions` (default: uniform)");
  app.add_option("--layer", verb->layers, "which weights: 'fc*' (repeatable; default: all)")->allow_extra_args(false);
  auto* inputs = app.get_option("--inputs")->required(false);
  app.add_flag("--compact", verb->compact,
               "afterwards, or without --inputs at once: take out the channels that are left dead; the function stays");
  std::vector<const CLI::Option*> others;
  for (const CLI::Option* option : app.get_options())
    if (const std::string name = option->get_name(); name != "MODEL" && name != "--out" && name != "--compact" &&
                                                     name != "--json" && name != "--help" && name != "--threads" &&
                                                     name != "--device")
      others.push_back(option);
  return [verb, inputs, others](const Output& output) {
    if (inputs->count() == 0) {
      if (!verb->compact) fail_as(ExitCode::usage, "--inputs is required (but with --compact alone)");
      for (const CLI::Option* option : others)
        if (option->count() > 0)
          fail_as(ExitCode::usage, "{}: has no effect with --compact alone; --inputs says what to train on",
                  option->get_name());
      return verb->compact_only(output);
    }
    CompactReport compacted;
    std::shared_ptr<SparseTraining> sparse;
    SparsityOptions options;
    const auto own = [&](Settings& settings) {
      if (!verb->method.empty()) set_by_option(settings, "method", "--method", verb->method);
      if (verb->density >= 0) set_by_option(settings, "density", "--density", verb->density);
      if (!verb->distribution.empty()) set_by_option(settings, "distribution", "--distribution", verb->distribution);
      Settings::List globs;
      for (const std::string& glob : verb->layers) globs.push_back({glob, "--layer " + glob});
      if (!globs.empty()) set_by_option(settings, "layers", "--layer", globs);
      options = sparsity_options(settings);
      options.seed = verb->training.seed;
    };
    verb->training.run(
        output, {.defaults = {"epochs=10", "batch=64"},
                 .read = own,
                 .check = [&](const Model& model, const TrainSection&) { check_sparsity(model.graph, options); },
                 .fit =
                     [&](Model& model, const BatchSource& rows, FitOptions fitting, const BatchSource* validation) {
                       fitting.callback = sparse = std::make_shared<SparseTraining>(options);
                       const FitReport report = fit(model.graph, rows, fitting, validation);
                       if (verb->compact) compacted = compact(model.graph);
                       return report;
                     },
                 .describe =
                     [&](std::string& text, nlohmann::json& object) {
                       text += densities_text(sparse->densities()) + "\n";
                       object["layers"] = to_json(sparse->densities());
                       if (!verb->compact) return;
                       text += sentence(compacted) + "\n";
                       object["compact"] = to_json(compacted);
                     }});
  };
}

}  // namespace lathe
