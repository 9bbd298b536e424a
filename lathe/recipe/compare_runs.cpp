#include "lathe/recipe/compare_runs.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/eval/mean_interval.h"
#include "lathe/eval/metric.h"
#include "lathe/eval/paired.h"
#include "lathe/recipe/toml.h"

namespace lathe {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* kWithControls = "as the recipe says";  // the arm of [controls] that is the run itself

struct FinishedRun {
  std::string name;
  json metrics, manifest;
  std::string step;   ///< ComparedRun::step
  std::string split;  ///< what the recipe says of who tests
  bool folded() const { return metrics.contains("folds"); }
  bool seeded() const { return metrics.contains("controls") && metrics["controls"].value("seeds", 1) > 1; }
};

json read_object(const fs::path& path) {
  json object = json::parse(read_text(path), nullptr, false);
  check(object.is_object(), "{}: is not what a run leaves; run the recipe again", path.string());
  return object;
}

FinishedRun open_run(const ComparedRun& compared) {
  const fs::path& folder = compared.folder;
  check(fs::exists(folder / "metrics.json"), "{}: holds no finished run (metrics.json is not there)", folder.string());
  FinishedRun run{folder.string(), read_object(folder / "metrics.json"), read_object(folder / "manifest.json"),
                  compared.step};
  if (!run.step.empty()) run.name += fmt::format(" after '{}'", run.step);
  if (fs::exists(folder / "recipe.toml")) {
    const Settings recipe = parse_toml(read_text(folder / "recipe.toml"), (folder / "recipe.toml").string());
    for (const auto& [key, entry] : recipe.table("data").entries())
      if (key == "split" || key == "fold" || key == "folds" || key == "split_seed" || key.starts_with("test_") ||
          key == "train_rows" || key.starts_with("simulator") || key == "missing")
        run.split += key + "=" + write_value(entry.value) + ";";
  }
  check(run.folded() || run.seeded(),
        "{}: is one training (expected a run of a recipe with [split], or with [controls] seeds = 2 or more)",
        run.name);
  if (!run.step.empty() && !run.folded())
    fail_as(ExitCode::usage, "{}: was run over seeds, whose steps are not kept apart (expected a run with [split])",
            run.name);
  return run;
}

json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

/// Compares two runs that were opened.
class Comparison {
 public:
  Comparison(FinishedRun a, FinishedRun b, std::string metric)
      : a_(std::move(a)), b_(std::move(b)), metric_(std::move(metric)), both_(a_.name + " and " + b_.name) {}

  json result() {
    check(a_.folded() == b_.folded(), "{}: one was run over folds, the other over seeds", both_);
    check_same_data();
    if (a_.folded())
      pair_folds();
    else
      pair_seeds();
    return compared();
  }

 private:
  FinishedRun a_, b_;
  std::string metric_, both_;
  json pairs_ = json::array();
  double test_ratio_ = 0;  ///< of folds; 0: seeds

  void check_same_data() const {
    const json a = a_.manifest.value("data", json::object()), b = b_.manifest.value("data", json::object());
    for (const json* one : {&a, &b})
      for (const auto& [file, hash] : one->items())
        check(a.value(file, json()) == b.value(file, json()),
              "{}: were made with other data ({} is not the same; see their manifest.json)", both_, file);
  }

  void choose_metric(const std::string& a, const std::string& b) {
    if (!metric_.empty()) return;
    if (a != b)
      fail_as(ExitCode::usage, "{}: the primary metrics are '{}' and '{}'; choose one with --metric", both_, a, b);
    metric_ = a;
  }

  void add(const std::string& name, const json& a, const json& b) {
    const bool numbers = a.is_number() && b.is_number();
    pairs_.push_back({{"name", name},
                      {"a", a},
                      {"b", b},
                      {"difference", numbers ? json(b.get<double>() - a.get<double>()) : json(nullptr)}});
  }

  void pair_folds() {
    choose_metric(a_.metrics.at("primary"), b_.metrics.at("primary"));
    const json &a = a_.metrics.at("folds"), &b = b_.metrics.at("folds");
    check(a.size() == b.size(), "{}: have {} and {} folds (expected the same); give both the same [split]", both_,
          a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      const std::string name = a[i].at("name"), other = b[i].at("name");
      check(name == other, "{}: fold {} is '{}' in one and '{}' in the other; give both the same [split]", both_, i + 1,
            name, other);
      check(a[i].at("rows") == b[i].at("rows"),
            "{}: fold '{}' tests other rows in one than in the other; give both the same [split]", both_, name);
      test_ratio_ +=
          a[i].at("test_rows").get<double>() / a[i].at("train_rows").get<double>() / static_cast<double>(a.size());
      const json one = value(metrics_of(a[i], a_), a_.name), two = value(metrics_of(b[i], b_), b_.name);
      add(name, one, two);
    }
  }

  /// Of a fold, at its end or after the run's step.
  static json metrics_of(const json& fold, const FinishedRun& run) {
    if (run.step.empty()) return fold.at("metrics");
    std::vector<std::string> known;
    for (const json& step : fold.value("steps", json::array())) {
      if (step.at("step") == run.step) return step.at("metrics");
      known.push_back(step.at("step"));
    }
    fail_as(ExitCode::usage, "{}: {}", run.name, unknown_name("step", run.step, known));
  }

  json value(const json& metrics, const std::string& run) const {
    std::vector<std::string> known;
    for (const auto& [name, ignored] : metrics.items()) known.push_back(name);
    if (!metrics.contains(metric_)) fail_as(ExitCode::usage, "{}: {}", run, unknown_name("metric", metric_, known));
    return metrics.at(metric_);
  }

  void pair_seeds() {
    const json &a = a_.metrics.at("controls"), &b = b_.metrics.at("controls");
    choose_metric(a.at("metric"), b.at("metric"));
    for (const FinishedRun* run : {&a_, &b_}) {
      const std::string measured = run->metrics.at("controls").at("metric");
      if (measured != metric_)
        fail_as(ExitCode::usage, "{}: its [controls] measured '{}' only (expected '{}')", run->name, measured, metric_);
    }
    check(a_.manifest.value("rows", json()) == b_.manifest.value("rows", json()) && a_.split == b_.split,
          "{}: were tested on other rows (see their manifest.json); give both the same [data]", both_);
    const auto first = a_.manifest.value("seed", int64_t{0}), other = b_.manifest.value("seed", int64_t{0});
    const json one = values(a), two = values(b);
    check(first == other && one.size() == two.size(),
          "{}: were made with seeds {} to {} and {} to {} (expected the same)", both_, first,
          first + std::ssize(one) - 1, other, other + std::ssize(two) - 1);
    for (size_t i = 0; i < one.size(); ++i)
      add(fmt::format("seed {}", first + static_cast<int64_t>(i)), one[i], two[i]);
  }

  static json values(const json& controls) {
    const std::string end = controls.value("end", kWithControls);
    for (const json& arm : controls.at("arms"))
      if (arm.at("name") == end) return arm.at("values");
    return json::array();
  }

  json compared() const {
    std::vector<double> differences;
    for (const json& pair : pairs_)
      if (pair.at("difference").is_number()) differences.push_back(pair.at("difference"));
    check(!differences.empty(), "{}: '{}' is not defined in both of any {}", both_, metric_, over());
    const MeanInterval plain = mean_interval(differences);
    const Wilcoxon test = wilcoxon_signed_rank(differences);
    json result = {{"a", a_.name},
                   {"b", b_.name},
                   {"metric", metric_},
                   {"over", over()},
                   {"smaller_is_better", metrics().at(metric_).smaller_is_better},
                   {"pairs", pairs_},
                   {"difference",
                    {{"mean", number(plain.mean)},
                     {"std", number(plain.deviation)},
                     {"low", number(plain.low)},
                     {"high", number(plain.high)}}},
                   {"wilcoxon",
                    {{"statistic", test.statistic},
                     {"p", test.p},
                     {"exact", test.exact},
                     {"pairs", test.pairs},
                     {"equal", test.equal}}}};
    MeanInterval judged = plain;
    if (test_ratio_ > 0) {
      judged = corrected_mean_interval(differences, test_ratio_);
      result["difference"]["corrected_low"] = number(judged.low);
      result["difference"]["corrected_high"] = number(judged.high);
    }
    result["sentences"] = sentences(differences, plain, judged, test);
    return result;
  }

  std::string over() const { return test_ratio_ > 0 ? "fold" : "seed"; }

  json sentences(const std::vector<double>& differences, const MeanInterval& plain, const MeanInterval& judged,
                 const Wilcoxon& test) const {
    const bool smaller = metrics().at(metric_).smaller_is_better;
    const auto better = std::count_if(differences.begin(), differences.end(),
                                      [&](double one) { return std::abs(one) > 1e-12 && (one > 0) != smaller; });
    json said = json::array();
    const auto undefined = std::ssize(pairs_) - std::ssize(differences);
    if (undefined > 0)
      said.push_back(undefined == 1
                         ? fmt::format("1 {} is left out: '{}' is not defined there.", over(), metric_)
                         : fmt::format("{} {}s are left out: '{}' is not defined there.", undefined, over(), metric_));
    if (test.pairs == 0) {
      said.push_back(fmt::format("No {} differs: both have the same {} everywhere.", over(), metric_));
      return said;
    }
    std::string interval = "one pair has no interval";
    if (std::isfinite(plain.low)) interval = fmt::format("95% interval {:+.4f} to {:+.4f}", plain.low, plain.high);
    if (std::isfinite(judged.low) && test_ratio_ > 0)
      interval += fmt::format(", {:+.4f} to {:+.4f} allowing for shared training rows", judged.low, judged.high);
    said.push_back(fmt::format("B's {} is {:.4f} {} on average ({}); B did better in {} of {} {}s.", metric_,
                               std::abs(plain.mean), plain.mean < 0 ? "lower" : "higher", interval, better,
                               differences.size(), over()));
    const double least = smallest_wilcoxon_p(test.pairs);
    said.push_back(fmt::format("Wilcoxon's signed-rank test: p = {:.4g} ({}, {} {}s that differ){}.", test.p,
                               test.exact ? "exact" : "normal approximation", test.pairs, over(),
                               least > 0.05 ? fmt::format("; so few can never come below {:.4g}", least) : ""));
    const bool told = std::isfinite(judged.low) && (judged.low > 0 || judged.high < 0);
    said.push_back(!told ? fmt::format("These {}s cannot tell the two apart: the interval holds 0.", over())
                         : fmt::format("B did {} than A beyond what these {}s vary by.",
                                       (plain.mean > 0) != smaller ? "better" : "worse", over()));
    if (!std::isfinite(judged.low)) said.back() = "One pair cannot tell a difference from chance.";
    return said;
  }
};

std::string shown(const json& value, bool sign) {
  if (!value.is_number()) return "-";
  return sign ? fmt::format("{:+.4f}", value.get<double>()) : fmt::format("{:.4f}", value.get<double>());
}

}  // namespace

json compare_runs(const ComparedRun& a, const ComparedRun& b, const std::string& metric) {
  FinishedRun one = open_run(a), other = open_run(b);
  try {
    return Comparison(std::move(one), std::move(other), metric).result();
  } catch (const json::exception&) {
    fail("{} and {}: metrics.json is not what a run leaves; run the recipes again", a.folder.string(),
         b.folder.string());
  }
}

std::string comparison_text(const json& comparison) {
  const std::string metric = comparison.at("metric");
  std::string text = fmt::format("A  {}\nB  {}\n\n{:<24}{:>12}{:>12}{:>12}\n", comparison.at("a").get<std::string>(),
                                 comparison.at("b").get<std::string>(), metric, "A", "B", "B - A");
  for (const json& pair : comparison.at("pairs"))
    text += fmt::format("{:<24}{:>12}{:>12}{:>12}\n", pair.at("name").get<std::string>(), shown(pair.at("a"), false),
                        shown(pair.at("b"), false), shown(pair.at("difference"), true));
  text += fmt::format("{:<48}{:>12}\n\n", "mean", shown(comparison.at("difference").at("mean"), true));
  for (const json& sentence : comparison.at("sentences")) text += sentence.get<std::string>() + "\n";
  return text;
}

}  // namespace lathe
