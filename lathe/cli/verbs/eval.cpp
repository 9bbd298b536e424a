/// lathe eval MODEL --inputs X --targets Y
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cli/options.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/evaluate_section.h"

namespace lathe {

namespace {

struct EvalVerb {
  std::string model, metrics;
  DataOptions data;
  MachineOptions machine;
  int64_t resamples = 1000;
};

std::string table(const Evaluation& evaluation) {
  std::string text = fmt::format("{} windows, {} samples\n\n", evaluation.windows, with_commas(evaluation.samples));
  for (const NamedInterval& metric : evaluation.metrics)
    text += std::isnan(metric.interval.value) ? fmt::format("{:<14}undefined here\n", metric.name)
                                              : fmt::format("{:<14}{:>8.4f}   {}\n", metric.name, metric.interval.value,
                                                            interval_text(metric.interval, evaluation));
  if (evaluation.confusion.empty()) return text;
  text += "\ntruth \\ said  ";
  for (const std::string& name : evaluation.class_names) text += fmt::format("{:>12}", name);
  for (size_t truth = 0; truth < evaluation.confusion.size(); ++truth) {
    text += fmt::format("\n{:<14}", evaluation.class_names[truth]);
    for (const int64_t count : evaluation.confusion[truth]) text += fmt::format("{:>12}", with_commas(count));
  }
  return text + "\n";
}

}  // namespace

Work declare_eval(CLI::App& app) {
  auto verb = std::make_shared<EvalVerb>();
  declare_model(app, "MODEL", verb->model);
  verb->data.declare(app, true);
  app.add_option("--metrics", verb->metrics, "names with commas between (default: all that apply; lathe list metrics)");
  app.add_option("--resamples", verb->resamples, "bootstrap resamples for the intervals (default: 1000)");
  verb->machine.declare(app);
  app.footer(
      "Normalisation, front end, smoothing and threshold are the model file's own. With --groups, intervals are over "
      "groups.");
  return [verb](const Output& output) {
    Model model = open_model(verb->model);
    EvaluateOptions options;
    options.metrics = verb->metrics.empty() ? default_metrics(task_of(model.preprocessing)) : split(verb->metrics, ',');
    const double trained = model.preprocessing.rate_hz;
    if (verb->data.rate_hz > 0 && trained > 0 && verb->data.rate_hz != trained)
      fail_as(ExitCode::usage, "--rate {:g}: the model was trained on {:g} samples a second; resample the recordings",
              verb->data.rate_hz, trained);
    options.bootstrap.resamples = verb->resamples;
    verb->machine.apply();
    move_to(model.graph, verb->machine.device);
    const Dataset data = verb->data.load(model, output);
    const Evaluation evaluation = evaluate(scores_of(model, data, data.groups.empty() ? "window" : "group"), options);
    output.result(table(evaluation), {{"sets", {{data.name, metric_values(evaluation)}}},
                                      {"details", {{data.name, evaluation_details(evaluation)}}}});
  };
}

}  // namespace lathe
