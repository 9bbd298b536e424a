#include "lathe/recipe/evaluate_section.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <set>

#include "lathe/eval/metric.h"
#include "lathe/exec/run.h"
#include "lathe/formats/preprocess.h"
#include "lathe/recipe/unused_keys.h"
#include "lathe/signal/savgol.h"
#include "lathe/train/gradient.h"

namespace lathe {
namespace {

/// Decisions a sample are made by smoothing and a threshold; a class a window is the largest of its probabilities.
std::vector<UnusedKey> unused_keys(const Settings& settings, Task task) {
  std::vector<UnusedKey> unused;
  for (const char* key : {"smooth_window", "smooth_order", "threshold"})
    if (settings.has(key) && task == Task::classes)
      unused.push_back({key, "model", "has no effect on a class a window; it counts with labels a sample"});
  if (task != Task::classes && settings.word("smoothing", "none") != "none")
    unused.push_back({"smoothing", "model", "has no effect on labels a sample; smooth_window counts with them"});
  if (unused.empty() && settings.has("smooth_order") && settings.count("smooth_window", 0, 0) == 0)
    unused.push_back({"smooth_order", "smooth_window", "has no effect without smooth_window; it counts beside one"});
  return unused;
}

/// The primary metric always stands in the ledger, and first.
std::vector<std::string> ledger_metrics(const std::string& primary, const std::vector<std::string>& named) {
  std::vector<std::string> all = {primary};
  for (const std::string& name : named)
    if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  return all;
}

}  // namespace

Task task_of(const Preprocessing& preprocessing) {
  return preprocessing.task == "classification" ? Task::classes : Task::binary;
}

std::vector<std::string> default_metrics(Task task) {
  std::vector<std::string> names;
  for (const std::string& name : metrics_for(task))
    if (task != Task::classes || !metrics().at(name).tasks.values) names.push_back(name);
  return names;
}

EvaluateSection evaluate_section(const Settings& settings, Preprocessing& preprocessing) {
  const Task task = task_of(preprocessing);
  EvaluateSection section;
  section.options.metrics = settings.words("metrics", default_metrics(task));
  section.primary = settings.word("primary", task == Task::binary ? "dice" : "macro_f1");
  section.ledger = ledger_metrics(section.primary, settings.words("ledger", {{section.primary}}));
  section.unit = settings.word("unit", "window");
  if (section.unit != "window" && section.unit != "group")
    throw settings_error(settings.origin("unit"), unknown_name("unit", section.unit, {"window", "group"}));
  section.sets = settings.words("sets", {{"test"}});
  for (const std::string& set : section.sets)
    if (set != "test" && set != "train")
      throw settings_error(settings.origin("sets"), unknown_name("set", set, {"test", "train"}));
  section.options.bootstrap.resamples = settings.count("resamples", 1000, 0);
  section.report_windows = settings.count("report_windows", 6, 0);
  const std::string smoothing = settings.word("smoothing", "none");
  if (smoothing != "none" && smoothing != "hmm")
    throw settings_error(settings.origin("smoothing"), unknown_name("smoothing", smoothing, {"none", "hmm"}));
  section.hidden_markov = smoothing == "hmm";
  preprocessing.smooth_window = settings.count("smooth_window", 0, 0);
  preprocessing.smooth_order = settings.count("smooth_order", 3, 0);
  preprocessing.threshold = settings.real("threshold", 0.5);
  refuse_unused(settings, unused_keys(settings, task));
  if (preprocessing.smooth_window == 0) preprocessing.smooth_order = 0;
  if (!(preprocessing.threshold > 0 && preprocessing.threshold < 1))
    throw settings_error(settings.origin("threshold"),
                         fmt::format("'threshold' is {:g} (expected between 0 and 1)", preprocessing.threshold));
  const auto blame = [&](const std::string& key, const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      throw settings_error(settings.origin(key), error.what());
    }
  };
  for (const std::string& name : section.options.metrics) blame("metrics", [&] { metric_for(name, task); });
  blame("primary", [&] { metric_for(section.primary, task); });
  for (const std::string& name : section.ledger) blame("ledger", [&] { metric_for(name, task); });
  if (preprocessing.smooth_window > 0)
    blame("smooth_window", [&] { savgol_coefficients(preprocessing.smooth_window, preprocessing.smooth_order); });
  return section;
}

Tensor predict_probabilities(const Model& model, const Dataset& data, bool smooth) {
  const Preprocessing& preprocessing = model.preprocessing;
  const at::Device device = device_of(model.graph);
  if (preprocessing.front_end.kind != "none" && data.rows() > 0) {
    const Shape wanted = shapes(model.graph)[static_cast<size_t>(model.graph.inputs().at(0))];
    const Shape got = input_shape_of(preprocessing, data);
    check(wanted == got, "{}: features are {} (the model expects {}); give recordings as long as those that trained it",
          data.name, got, wanted);
  }
  constexpr int64_t kChunk = 64;  // bounds the memory of wide layers and of the normalised copy
  std::vector<Tensor> parts;
  for (int64_t row = 0; row < data.rows(); row += kChunk) {
    const Tensor chunk = inputs_of(preprocessing, data, row, std::min(kChunk, data.rows() - row));
    parts.push_back(predict(model.graph, chunk.to(device), kChunk).to(at::kCPU));
  }
  check(!parts.empty(), "{}: has no rows to predict", data.name);
  Tensor output = at::cat(parts, 0);
  if (preprocessing.task.empty()) return output;  // nobody said what the network's output means
  if (preprocessing.task == "classification") return output.softmax(1);
  output = output.flatten(1);
  if (smooth && preprocessing.smooth_window > 0)
    output = savgol(output, preprocessing.smooth_window, preprocessing.smooth_order);
  return output;
}

std::vector<int64_t> smoothed_classes(const Model& model, const Dataset& data, const Tensor& probabilities) {
  const HiddenMarkov& smoothing = model.preprocessing.hidden_markov;
  if (smoothing.empty()) return {};
  return within(data.name, [&] {
    return smoothed_classes(smoothing, probabilities, chains_of(data.rows(), data.groups, data.times));
  });
}

bool worth_a_table(const std::vector<std::string>& groups) {
  const size_t names = std::set<std::string>(groups.begin(), groups.end()).size();
  return names > 1 && names < groups.size();
}

Scores scores_of(const Preprocessing& preprocessing, const Tensor& probabilities, const Dataset& data,
                 const ScoreChoice& choice, const std::vector<int64_t>& decided) {
  ScoreOptions options{preprocessing.threshold, preprocessing.class_names, {}, {}, decided};
  if (choice.each_group && worth_a_table(data.groups)) options.by_group = data.groups;
  if (choice.unit == "group") {
    check(!data.groups.empty(), "{}: has no groups (expected with unit = \"group\"); give [data] groups", data.name);
    options.groups = data.groups;
  }
  check(!preprocessing.task.empty(),
        "the model does not say what its output means (expected a task); import it with --task classification or "
        "segmentation");
  check(data.targets.defined(), "{}: has no targets to evaluate against", data.name);
  if (task_of(preprocessing) == Task::classes) return class_scores(probabilities, data.targets, options);
  check(data.targets.dim() >= 2, "{}: targets have {} axis (expected a label a sample, [N, T])", data.name,
        data.targets.dim());
  return binary_scores(probabilities, data.targets.flatten(1), options);
}

Scores scores_of(const Model& model, const Dataset& data, const std::string& unit) {
  const Tensor probabilities = predict_probabilities(model, data);
  return scores_of(model.preprocessing, probabilities, data, {.unit = unit},
                   smoothed_classes(model, data, probabilities));
}

std::vector<NamedEvaluation> evaluations_of(const Model& model, const Dataset& data, const std::string& unit,
                                            const EvaluateOptions& options, bool smooth) {
  const Tensor probabilities = predict_probabilities(model, data, smooth);
  const ScoreChoice choice{.unit = unit, .each_group = true};
  std::vector<NamedEvaluation> evaluations;
  const std::vector<int64_t> decided = smooth ? smoothed_classes(model, data, probabilities) : std::vector<int64_t>();
  if (!decided.empty())
    evaluations.push_back(
        {data.name, evaluate(scores_of(model.preprocessing, probabilities, data, choice, decided), options)});
  evaluations.push_back({data.name + (decided.empty() ? "" : kUnsmoothed),
                         evaluate(scores_of(model.preprocessing, probabilities, data, choice), options)});
  return evaluations;
}

}  // namespace lathe
