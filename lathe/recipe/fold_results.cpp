#include "lathe/recipe/fold_results.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/eval/mean_interval.h"

namespace lathe {
namespace {
using nlohmann::json;

/// JSON has no NaN.
json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

/// The mean of what the folds have under a key; a whole number where they have whole numbers. Null where none has one.
json mean_of(const std::vector<const json*>& objects, const std::string& key) {
  double sum = 0;
  int64_t count = 0;
  bool whole = true;
  for (const json* object : objects) {
    if (!object->contains(key) || !object->at(key).is_number()) continue;
    sum += object->at(key).get<double>();
    whole = whole && object->at(key).is_number_integer();
    ++count;
  }
  if (count == 0) return nullptr;
  const double mean = sum / static_cast<double>(count);
  return whole ? json(std::llround(mean)) : number(mean);
}

json mean_row(const std::vector<const json*>& rows) {
  json mean = json::object();
  for (const auto& [key, value] : rows.front()->items()) mean[key] = value.is_string() ? value : mean_of(rows, key);
  return mean;
}

}  // namespace

json across_folds(const json& rows) {
  json across = json::object();
  double test_ratio = 0;
  for (const json& row : rows)
    test_ratio +=
        row.at("test_rows").get<double>() / row.at("train_rows").get<double>() / static_cast<double>(rows.size());
  const json& named = rows.at(0).at("metrics");
  for (const auto& [metric, ignored] : named.items()) {
    std::vector<double> values;
    for (const json& row : rows)
      if (row.at("metrics").at(metric).is_number()) values.push_back(row.at("metrics").at(metric));
    if (values.empty()) continue;
    const MeanInterval plain = mean_interval(values), corrected = corrected_mean_interval(values, test_ratio);
    across[metric] = {{"mean", number(plain.mean)},
                      {"std", number(plain.deviation)},
                      {"low", number(plain.low)},
                      {"high", number(plain.high)},
                      {"corrected_low", number(corrected.low)},
                      {"corrected_high", number(corrected.high)},
                      {"folds", values.size()}};
  }
  return across;
}

json steps_of(const json& ledger, const std::vector<std::string>& metrics) {
  json steps = json::array();
  for (const json& row : ledger) {
    json values = json::object();
    for (const std::string& name : metrics) values[name] = row.value(name, json());
    steps.push_back({{"step", row.at("step")}, {"metrics", std::move(values)}});
  }
  return steps;
}

json across_steps(const json& rows) {
  json steps = json::array();
  const size_t count = rows.at(0).at("steps").size();
  for (size_t step = 0; step < count && count > 1; ++step) {
    json of_step = json::array();
    for (const json& row : rows)
      if (step < row.at("steps").size())
        of_step.push_back({{"train_rows", row.at("train_rows")},
                           {"test_rows", row.at("test_rows")},
                           {"metrics", row.at("steps")[step].at("metrics")}});
    steps.push_back({{"step", rows.at(0).at("steps")[step].at("step")}, {"metrics", across_folds(of_step)}});
  }
  return steps;
}

std::vector<std::string> steps_text(const json& steps, const std::vector<std::string>& metrics) {
  if (steps.empty()) return {};
  size_t width = 4;
  for (const json& step : steps) width = std::max(width, step.at("step").get<std::string>().size());
  std::vector<std::string> lines = {fmt::format("{:<{}}", "step", width)};
  for (const std::string& name : metrics) lines[0] += fmt::format("  {:>17}", name);
  for (const json& step : steps) {
    std::string line = fmt::format("{:<{}}", step.at("step").get<std::string>(), width);
    for (const std::string& name : metrics) {
      const json across = step.at("metrics").value(name, json::object());
      const bool spread = across.contains("std") && across.at("std").is_number();
      const std::string mean = across.empty() ? "-" : fmt::format("{:.4f}", across.at("mean").get<double>());
      line += fmt::format("  {:>17}", spread ? fmt::format("{} ± {:.4f}", mean, across.at("std").get<double>()) : mean);
    }
    lines.push_back(line);
  }
  return lines;
}

void add_means_of_folds(const std::vector<json>& folds, json& metrics) {
  const auto parts = [&](const auto& part) {
    std::vector<const json*> found;
    for (const json& fold : folds)
      if (const json* one = part(fold)) found.push_back(one);
    return found;
  };
  for (size_t step = 0; step < folds.front().at("ledger").size(); ++step)
    metrics["ledger"].push_back(mean_row(
        parts([&](const json& fold) { return step < fold.at("ledger").size() ? &fold.at("ledger")[step] : nullptr; })));
  metrics["model"] = mean_row(parts([](const json& fold) { return &fold.at("model"); }));
  metrics["primary"] = folds.front().at("primary");
  const auto trained = parts([](const json& fold) { return fold.contains("train") ? &fold.at("train") : nullptr; });
  if (trained.empty()) return;
  metrics["train"] = mean_row(trained);
  double seconds = 0;
  for (const json* one : trained) seconds += one->value("seconds", 0.0);
  metrics["train"]["seconds"] = seconds;
}

void Pool::add(const std::string& fold, const Model& model, const Dataset& test, const std::vector<int64_t>& rows) {
  const Tensor probabilities = predict_probabilities(model, test);
  const std::vector<int64_t> decided = smoothed_classes(model, test, probabilities);
  probabilities_.push_back(probabilities);
  decided_.insert(decided_.end(), decided.begin(), decided.end());
  targets_.push_back(test.targets.dim() > 1 ? test.targets.flatten(1) : test.targets);
  groups_.insert(groups_.end(), test.groups.begin(), test.groups.end());
  for (const std::string& group : test.groups) groups_of_folds_.push_back(group + ", " + fold);
  class_names_ = model.preprocessing.class_names;
  for (const int64_t row : rows) rows_.push_back(fmt::format("row {}", row));
}

std::vector<NamedEvaluation> Pool::evaluations(bool tested_again) const {
  const Tensor probabilities = at::cat(probabilities_, 0), targets = at::cat(targets_, 0);
  ScoreOptions options{plan_.preprocessing.threshold, class_names_, {}};
  EvaluateOptions evaluated = plan_.evaluate.options;
  const bool by_row = plan_.evaluate.unit != "group" && tested_again;
  if (plan_.evaluate.unit == "group") options.groups = groups_;
  if (by_row && std::ssize(rows_) == probabilities.size(0)) options.groups = rows_;
  if (by_row && options.groups.empty()) evaluated.bootstrap.resamples = 0;  // which rows come again is not known
  if (worth_a_table(groups_)) options.by_group = tested_again ? groups_of_folds_ : groups_;
  const auto evaluate_as = [&](const std::vector<int64_t>& decided) {
    options.decided = decided;
    Evaluation evaluation =
        evaluate(task_of(plan_.preprocessing) == Task::classes ? class_scores(probabilities, targets, options)
                                                               : binary_scores(probabilities, targets, options),
                 evaluated);
    if (by_row) evaluation.unit = "window";
    return evaluation;
  };
  std::vector<NamedEvaluation> evaluations;
  if (!decided_.empty()) evaluations.push_back({plan_.data.name, evaluate_as(decided_)});
  evaluations.push_back({plan_.data.name + (decided_.empty() ? "" : kUnsmoothed), evaluate_as({})});
  return evaluations;
}

}  // namespace lathe
