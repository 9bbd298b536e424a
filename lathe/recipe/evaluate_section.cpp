#include "lathe/recipe/evaluate_section.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/eval/metric.h"
#include "lathe/exec/run.h"
#include "lathe/formats/preprocess.h"
#include "lathe/recipe/unused_keys.h"
#include "lathe/signal/savgol.h"
#include "lathe/train/gradient.h"

namespace lathe {
namespace {

nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

/// Decisions a sample are made by smoothing and a threshold; a class a window is the largest of its probabilities.
std::vector<UnusedKey> unused_keys(const Settings& settings, Task task) {
  std::vector<UnusedKey> unused;
  for (const char* key : {"smooth_window", "smooth_order", "threshold"})
    if (settings.has(key) && task == Task::classes)
      unused.push_back({key, "model", "has no effect on a class a window; it counts with labels a sample"});
  if (unused.empty() && settings.has("smooth_order") && settings.count("smooth_window", 0, 0) == 0)
    unused.push_back({"smooth_order", "smooth_window", "has no effect without smooth_window; it counts beside one"});
  return unused;
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
  section.unit = settings.word("unit", "window");
  if (section.unit != "window" && section.unit != "group")
    throw settings_error(settings.origin("unit"), unknown_name("unit", section.unit, {"window", "group"}));
  section.sets = settings.words("sets", {{"test"}});
  for (const std::string& set : section.sets)
    if (set != "test" && set != "train")
      throw settings_error(settings.origin("sets"), unknown_name("set", set, {"test", "train"}));
  section.options.bootstrap.resamples = settings.count("resamples", 1000, 0);
  section.report_windows = settings.count("report_windows", 6, 0);
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

Scores scores_of(const Model& model, const Dataset& data, const std::string& unit) {
  const Preprocessing& preprocessing = model.preprocessing;
  ScoreOptions options{preprocessing.threshold, preprocessing.class_names, {}};
  if (unit == "group") {
    check(!data.groups.empty(), "{}: has no groups (expected with unit = \"group\"); give [data] groups", data.name);
    options.groups = data.groups;
  }
  check(!preprocessing.task.empty(),
        "the model does not say what its output means (expected a task); import it with --task classification or "
        "segmentation");
  check(data.targets.defined(), "{}: has no targets to evaluate against", data.name);
  const Tensor probabilities = predict_probabilities(model, data);
  if (task_of(preprocessing) == Task::classes) return class_scores(probabilities, data.targets, options);
  check(data.targets.dim() >= 2, "{}: targets have {} axis (expected a label a sample, [N, T])", data.name,
        data.targets.dim());
  return binary_scores(probabilities, data.targets.flatten(1), options);
}

std::string interval_text(const Interval& interval, const Evaluation& evaluation) {
  if (!std::isfinite(interval.low)) return fmt::format("no interval: {} {}", evaluation.units, evaluation.unit);
  return fmt::format("95% interval {:.4f} to {:.4f} over {} {}s", interval.low, interval.high, evaluation.units,
                     evaluation.unit);
}

nlohmann::json metric_values(const Evaluation& evaluation) {
  nlohmann::json values = nlohmann::json::object();
  for (const NamedInterval& metric : evaluation.metrics) values[metric.name] = number(metric.interval.value);
  return values;
}

nlohmann::json evaluation_details(const Evaluation& evaluation) {
  nlohmann::json details = {{"windows", evaluation.windows},
                            {"samples", evaluation.samples},
                            {"unit", evaluation.unit},
                            {"units", evaluation.units},
                            {"intervals", nlohmann::json::object()},
                            {"confusion", {{"labels", evaluation.class_names}, {"counts", evaluation.confusion}}},
                            {"classes", nlohmann::json::array()}};
  for (const NamedInterval& metric : evaluation.metrics)
    details["intervals"][metric.name] = {number(metric.interval.low), number(metric.interval.high)};
  for (const ClassRow& row : evaluation.classes) {
    nlohmann::json values = {{"name", row.name}, {"samples", row.samples}};
    for (const NamedValue& value : row.values) values[value.name] = number(value.value);
    details["classes"].push_back(values);
  }
  return details;
}

}  // namespace lathe
