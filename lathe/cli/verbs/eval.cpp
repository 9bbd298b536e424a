/// lathe eval MODEL --inputs X --targets Y
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cli/options.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/evaluate_section.h"
#include "lathe/recipe/evaluation_text.h"

namespace lathe {

namespace {

struct EvalVerb {
  std::string model, metrics;
  DataOptions data;
  MachineOptions machine;
  int64_t resamples = 1000;
  bool unsmoothed = false;
};

}  // namespace

Work declare_eval(CLI::App& app) {
  auto verb = std::make_shared<EvalVerb>();
  declare_model(app, "MODEL", verb->model);
  verb->data.declare(app, true);
  app.add_option("--metrics", verb->metrics, "names with commas between (default: all that apply; lathe list metrics)");
  app.add_option("--resamples", verb->resamples, "bootstrap resamples for the intervals (default: 1000)");
  app.add_flag("--no-smoothing", verb->unsmoothed, "leave out the model's smoothing, of probabilities or of classes");
  verb->machine.declare(app);
  app.footer(
      "Normalisation, front end, smoothing and threshold are the model file's own. With --groups, intervals are over "
      "groups, and each group is also evaluated by itself.");
  return [verb](const Output& output) {
    Model model = open_model(verb->model);
    EvaluateOptions options;
    options.metrics = verb->metrics.empty() ? default_metrics(task_of(model.preprocessing)) : split(verb->metrics, ',');
    options.bootstrap.resamples = verb->resamples;
    verb->machine.apply();
    move_to(model.graph, verb->machine.device);
    const Dataset data = verb->data.load(model, output);
    nlohmann::json result = {{"sets", nlohmann::json::object()}, {"details", nlohmann::json::object()}};
    std::string text;
    for (const auto& [name, evaluation] :
         evaluations_of(model, data, data.groups.empty() ? "window" : "group", options, !verb->unsmoothed)) {
      result["sets"][name] = metric_values(evaluation);
      result["details"][name] = evaluation_details(evaluation);
      text += (text.empty() ? "" : fmt::format("\n{}\n", name)) + evaluation_text(evaluation);
    }
    output.result(text, result);
  };
}

}  // namespace lathe
