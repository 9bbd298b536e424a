/// Every metric, one line an entry.
#include <algorithm>

#include "lathe/eval/metric.h"

namespace lathe {
namespace formula {

double f1(const Tally&), macro_f1(const Tally&), f1_of_class(const Tally&, int64_t);
double accuracy(const Tally&), kappa(const Tally&);
double precision(const Tally&), precision_of_class(const Tally&, int64_t);
double recall(const Tally&), recall_of_class(const Tally&, int64_t);
double specificity(const Tally&), specificity_of_class(const Tally&, int64_t);
double auroc(const Tally&), auroc_of_class(const Tally&, int64_t);
double calibration_error(const Tally&);
double mae(const Tally&), rmse(const Tally&);

}  // namespace formula

namespace {

constexpr MetricTasks binary = {.binary = true};
constexpr MetricTasks labels = {.binary = true, .classes = true};
constexpr MetricTasks classes = {.classes = true};
constexpr MetricTasks numbers = {.classes = true, .values = true};

constexpr Metric entries[] = {
    {"dice", "twice the overlap of found and true positives, by their sum", binary, formula::f1},
    {"f1", "harmonic mean of precision and recall: the same number as dice", binary, formula::f1, formula::f1_of_class},
    {"macro_f1", "mean of the classes' f1", labels, formula::macro_f1},
    {"accuracy", "part of all decisions that is right", labels, formula::accuracy},
    {"precision", "part of what was called positive that is positive", labels, formula::precision,
     formula::precision_of_class},
    {"recall", "part of the positive that was found", labels, formula::recall},
    {"sensitivity", "recall by its clinical name", labels, formula::recall, formula::recall_of_class},
    {"specificity", "part of the negative that was called negative", labels, formula::specificity,
     formula::specificity_of_class},
    {"auroc", "chance that a positive scores above a negative", labels, formula::auroc, formula::auroc_of_class},
    {"kappa", "agreement beyond chance (Cohen)", labels, formula::kappa},
    {"ece", "expected calibration error: how far confidence is from being right", classes, formula::calibration_error,
     nullptr, true},
    {"mae", "mean size of the error, classes taken as numbers", numbers, formula::mae, nullptr, true},
    {"rmse", "root of the mean squared error, classes taken as numbers", numbers, formula::rmse, nullptr, true},
};

}  // namespace

const Registry<Metric>& metrics() {
  static constexpr Registry<Metric> registry("metric", entries);
  return registry;
}

std::vector<std::string> metrics_for(Task task) {
  std::vector<std::string> names;
  for (const Metric& entry : metrics())
    if (entry.tasks.contains(task)) names.emplace_back(entry.name);
  return names;
}

const Metric& metric_for(std::string_view name, Task task) {
  const Metric& found = metrics().at(name);
  if (!found.tasks.contains(task))
    fail_as(ExitCode::usage, "metric '{}': does not apply to the task '{}' (expected one of {})", name, name_of(task),
            join(metrics_for(task)));
  return found;
}

double metric(std::string_view name, const Scores& scores, std::span<const double> unit_weights) {
  const Metric& found = metric_for(name, scores.task);
  check(std::ssize(unit_weights) == scores.units, "metric '{}': not one weight a unit (expected {}, got {})", name,
        scores.units, unit_weights.size());
  return found.compute(Tally(scores, unit_weights));
}

double metric(std::string_view name, const Scores& scores) {
  return metric(name, scores, std::vector<double>(static_cast<size_t>(scores.units), 1.0));
}

}  // namespace lathe
