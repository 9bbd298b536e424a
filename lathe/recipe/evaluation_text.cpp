#include "lathe/recipe/evaluation_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lathe/base/errors.h"
#include "lathe/base/text.h"

namespace lathe {
namespace {

constexpr size_t kMostGroups = 40;  ///< that a terminal shows

nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

std::string four_digits(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

std::string metrics_text(const Evaluation& evaluation) {
  std::string text = fmt::format("{} windows, {} samples\n\n", evaluation.windows, with_commas(evaluation.samples));
  for (const NamedInterval& metric : evaluation.metrics)
    text += std::isnan(metric.interval.value) ? fmt::format("{:<14}undefined here\n", metric.name)
                                              : fmt::format("{:<14}{:>8.4f}   {}\n", metric.name, metric.interval.value,
                                                            interval_text(metric.interval, evaluation));
  return text;
}

std::string confusion_text(const Evaluation& evaluation) {
  if (evaluation.confusion.empty()) return "";
  size_t widest = 0;
  for (const std::string& name : evaluation.class_names) widest = std::max(widest, name.size());
  const size_t first = std::max<size_t>(14, widest + 2);
  const auto width = [&](size_t said) { return std::max<size_t>(12, evaluation.class_names[said].size() + 2); };
  std::string text = fmt::format("\n{:<{}}", "truth \\ said", first);
  for (size_t said = 0; said < evaluation.class_names.size(); ++said)
    text += fmt::format("{:>{}}", evaluation.class_names[said], width(said));
  for (size_t truth = 0; truth < evaluation.confusion.size(); ++truth) {
    text += fmt::format("\n{:<{}}", evaluation.class_names[truth], first);
    for (size_t said = 0; said < evaluation.confusion[truth].size(); ++said)
      text += fmt::format("{:>{}}", with_commas(evaluation.confusion[truth][said]), width(said));
  }
  return text + "\n";
}

/// Mean and deviation over groups; a star where a metric is not defined for all of them.
std::string spread_text(const Evaluation& evaluation, size_t width) {
  const int64_t groups = std::ssize(evaluation.groups);
  std::string mean = fmt::format("\n{:<{}}", fmt::format("mean of {}", groups), width),
              deviation = fmt::format("\n{:<{}}", "std", width);
  std::vector<std::string> undefined;
  for (const GroupSpread& metric : evaluation.across_groups) {
    const bool partly = metric.groups < groups;
    if (partly) undefined.push_back(fmt::format("{} for {}", metric.name, groups - metric.groups));
    mean += fmt::format("{:>13}", four_digits(metric.mean) + (partly ? "*" : ""));
    deviation += fmt::format("{:>13}", four_digits(metric.deviation));
  }
  return mean + deviation + "\n" +
         (undefined.empty() ? "" : fmt::format("* left out, for it is not defined: {}\n", join(undefined)));
}

std::string groups_text(const Evaluation& evaluation) {
  if (evaluation.groups.empty()) return "";
  const bool all = evaluation.groups.size() <= kMostGroups;
  size_t width = 14;
  for (const GroupRow& group : evaluation.groups)
    if (all) width = std::max(width, group.name.size() + 2);
  std::string text = fmt::format("\n{:<{}}{:>9}{:>9}", "group", width, "windows", "classes");
  for (const GroupSpread& metric : evaluation.across_groups) text += fmt::format("{:>13}", metric.name);
  for (const GroupRow& group : evaluation.groups) {
    if (!all) break;
    text += fmt::format("\n{:<{}}{:>9}{:>9}", group.name, width, group.windows, group.classes);
    for (const NamedValue& value : group.values) text += fmt::format("{:>13}", four_digits(value.value));
  }
  return text + spread_text(evaluation, width + 18);
}

}  // namespace

std::string interval_text(const Interval& interval, const Evaluation& evaluation) {
  if (!std::isfinite(interval.low)) return fmt::format("no interval: {} {}", evaluation.units, evaluation.unit);
  return fmt::format("95% interval {:.4f} to {:.4f} over {} {}s", interval.low, interval.high, evaluation.units,
                     evaluation.unit);
}

std::string evaluation_text(const Evaluation& evaluation) {
  return metrics_text(evaluation) + groups_text(evaluation) + confusion_text(evaluation);
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
  for (const GroupRow& row : evaluation.groups) {
    nlohmann::json values = {
        {"name", row.name}, {"windows", row.windows}, {"samples", row.samples}, {"classes", row.classes}};
    for (const NamedValue& value : row.values) values[value.name] = number(value.value);
    details["groups"].push_back(std::move(values));
  }
  for (const GroupSpread& metric : evaluation.across_groups)
    details["across_groups"][metric.name] = {
        {"mean", number(metric.mean)}, {"std", number(metric.deviation)}, {"groups", metric.groups}};
  return details;
}

}  // namespace lathe
