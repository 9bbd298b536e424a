#include "lathe/recipe/cross_validation.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/data_section_source.h"
#include "lathe/recipe/evaluation_text.h"
#include "lathe/recipe/fold_results.h"
#include "lathe/recipe/manifest.h"
#include "lathe/recipe/run_report.h"
#include "lathe/recipe/split_section.h"
#include "lathe/recipe/toml.h"

namespace lathe {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

void check_sections(const Settings& recipe, const EvaluateSection& evaluate) {
  if (recipe.has("controls"))
    throw settings_error(recipe.origin("controls"),
                         "[controls] has no place beside [split]: compare two runs over the same folds with `lathe "
                         "compare`, or leave one of them out");
  if (std::find(evaluate.sets.begin(), evaluate.sets.end(), "test") == evaluate.sets.end())
    throw settings_error(recipe.table("evaluate").origin("sets"),
                         "'sets' leaves out \"test\", which is what folds are for (expected it among the sets)");
}

/// The recipe that every fold runs, but for its rows.
Settings recipe_of_folds(const Settings& recipe, const std::function<void(const std::string&)>& say) {
  const Settings data = data_without_split(recipe, say);
  Settings folds = without(recipe, "split");
  folds.set("data", data, recipe.origin("data"));
  return folds;
}

/// Tells row numbers apart in a comparison; not for security.
std::string fingerprint(const std::vector<int64_t>& rows) {
  const std::string text = text_of_rows(rows);
  return content_hash(std::as_bytes(std::span<const char>(text)));
}

class CrossValidation {
 public:
  CrossValidation(const Settings& recipe, const RunRecipeOptions& options)
      : recipe_(effective_recipe(recipe, options.say)), options_(options) {}

  json execute() {
    section_ = split_section(recipe_.table("split"));
    base_ = recipe_of_folds(recipe_, options_.say);
    plan_ = plan_of(base_, options_.name);
    check_sections(base_, plan_.evaluate);
    if (auto finished = finished_run()) return *finished;
    split();
    const bool fresh = !fs::exists(options_.out);
    describe();
    try {
      for (size_t i = 0; i < folds_.size(); ++i) run(i);
    } catch (...) {
      if (fresh) remove_if_empty();
      throw;
    }
    return write();
  }

 private:
  const Settings recipe_;
  const RunRecipeOptions& options_;
  SplitSection section_;
  Settings base_;
  Plan plan_;
  LoadedData account_;  ///< hashes and notes; its sets stay empty
  std::vector<Fold> folds_;
  std::vector<json> finished_;  ///< metrics.json of the folds
  json metrics_ = {{"ledger", json::array()}, {"folds", json::array()}, {"notes", json::array()}};

  void say(const std::string& sentence) const {
    if (options_.say) options_.say(sentence);
  }
  void note(const std::string& sentence) {
    say(sentence);
    metrics_["notes"].push_back(sentence);
  }
  fs::path file(const char* name) const { return options_.out / name; }
  fs::path folder(const Fold& fold) const { return options_.out / "folds" / fold.folder; }
  bool classification() const { return plan_.preprocessing.task == "classification"; }
  std::string place(size_t fold) const {
    return fmt::format("fold {} of {} ({})", fold + 1, folds_.size(), folds_[fold].name);
  }
  std::string settings_text() const {
    return fmt::format("# as run with --seed {} --device {}\n", options_.seed, options_.device) + write_toml(recipe_);
  }

  std::optional<json> finished_run() const {
    const std::string out = options_.out.string();
    if (!fs::exists(file("recipe.toml"))) return std::nullopt;
    check(options_.resume, "{}: holds a run already; go on with --resume, or give another --out", out);
    check(read_text(file("recipe.toml")) == settings_text(),
          "{}: was made with other settings than these (see its recipe.toml); give another --out", out);
    if (!fs::exists(file("metrics.json"))) return std::nullopt;
    say(fmt::format("{} is finished already; nothing to do", out));
    json finished = json::parse(read_text(file("metrics.json")), nullptr, false);
    check(finished.is_object() && finished.contains("folds"), "{}: is damaged; remove it and --resume makes it again",
          file("metrics.json").string());
    return finished;
  }

  /// All rows in the order in which load_data splits them: without those that miss values where nothing is cleaned.
  Dataset rows() {
    const DataSection& section = plan_.data;
    DataSection uncleaned = section;
    uncleaned.cleaning = {};
    Dataset all = section.inputs.empty() ? load_all(uncleaned, options_.data, classification(), &account_)
                                         : read_source(section, options_.data, classification(), &account_).data;
    all.name = section.name;
    check(all.targets.defined(), "{}: has no targets to learn; give [data] targets", section.name);
    verify_shapes(all);
    return section.cleaning.empty() ? accept(all, missing_rule(section.missing)).data : all;
  }

  void split() {
    const Dataset all = rows();
    folds_ = folds_of(section_, all, base_.table("data"));
    say(fmt::format("cross-validation of '{}': {} rows in {} folds, a model each from the same seed {}",
                    plan_.data.name, all.rows(), folds_.size(), options_.seed));
    for (const std::string& sentence : check_folds(section_, folds_, all, classification())) note(sentence);
  }

  void describe() const {
    make_folder(options_.out);
    write_atomic(file("recipe.toml"), settings_text());
    if (options_.resume && fs::exists(file("manifest.json"))) {
      check(json::parse(read_text(file("manifest.json"))).value("data", json::object()) == json(account_.hashes),
            "{}: was made with other data than this (see its manifest.json); give another --out",
            options_.out.string());
      return;
    }
    json described = manifest(options_.command, options_.seed, options_.device, account_.hashes);
    described["recipe"] = options_.name;
    described["title"] = plan_.title;
    described["folds"] = folds_.size();
    write_atomic(file("manifest.json"), described.dump(2) + "\n");
  }

  /// The folder was made for nothing when not even the first fold could begin.
  void remove_if_empty() const {
    std::error_code ignored;
    fs::remove(options_.out / "folds", ignored);
    if (fs::exists(options_.out / "folds")) return;
    for (const char* name : {"recipe.toml", "manifest.json", ""}) fs::remove(file(name), ignored);
  }

  Settings recipe_of(const Fold& fold) const {
    Settings recipe = base_;
    recipe.set("data", fold.data, base_.origin("data"));
    recipe.set("title", plan_.title + ", " + fold.name, "[split]");
    return recipe;
  }

  DataSection data_of(const Fold& fold) const {
    const DataSection own = data_section(fold.data);
    DataSection section = plan_.data;  // with what the recipe says of data outside [data]
    section.split = own.split;
    section.fold = own.fold;
    section.folds = own.folds;
    section.split_seed = own.split_seed;
    section.test_groups = own.test_groups;
    section.train_rows = own.train_rows;
    section.test_rows = own.test_rows;
    return section;
  }

  void run(size_t at) {
    const Fold& fold = folds_[at];
    say(fmt::format("{}: {} rows test, {} train", place(at), fold.split.test.size(), fold.split.train.size()));
    RunRecipeOptions options = options_;
    options.out = folder(fold);
    options.name = options_.name + ", " + fold.name;
    if (options_.on_step)
      options.on_step = [&](const std::string& title, const StepReport& report) {
        options_.on_step(fmt::format("{}/{} {}", at + 1, folds_.size(), title), report);
      };
    json result = within(fold.name, [&] { return run_recipe(recipe_of(fold), options); });
    json row = {{"name", fold.name},
                {"folder", "folds/" + fold.folder},
                {"train_rows", fold.split.train.size()},
                {"test_rows", fold.split.test.size()},
                {"rows", fingerprint(fold.split.test)},
                {"metrics", result.at("sets").at(plan_.data.name)},
                {"steps", steps_of(result.at("ledger"), plan_.evaluate.ledger)}};
    metrics_["folds"].push_back(std::move(row));
    finished_.push_back(std::move(result));
  }

  /// Looks once more at every fold's rows, read as its run read them.
  std::vector<NamedEvaluation> pooled() const {
    Pool pool(plan_);
    for (const Fold& fold : folds_) {
      Model model = load_model(folder(fold) / "model.safetensors");
      move_to(model.graph, options_.device);
      const Dataset test = load_data(data_of(fold), options_.data, classification()).test;
      const bool known = test.rows() == std::ssize(fold.split.test);
      pool.add(fold.name, model, test, known ? fold.split.test : std::vector<int64_t>());
    }
    return pool.evaluations(tested_again());
  }

  /// Some row is tested by several folds.
  bool tested_again() const {
    std::set<int64_t> met;
    for (const Fold& fold : folds_)
      for (const int64_t row : fold.split.test)
        if (!met.insert(row).second) return true;
    return false;
  }

  json write() {
    const std::vector<NamedEvaluation> evaluations = pooled();
    for (const auto& [set, evaluation] : evaluations) {
      metrics_["sets"][set] = metric_values(evaluation);
      metrics_["details"][set] = evaluation_details(evaluation);
    }
    metrics_["across_folds"] = across_folds(metrics_["folds"]);
    metrics_["steps"] = across_steps(metrics_["folds"]);
    add_means_of_folds(finished_, metrics_);
    metrics_["notes"].push_back(
        fmt::format("Each of the {} folds trained a model of its own from the same seed ({}) of weights and batches; "
                    "parameters, MACs and memory are means over folds.",
                    folds_.size(), options_.seed));
    for (const std::string& line : steps_text(metrics_["steps"], plan_.evaluate.ledger)) say(line);
    say(summary(evaluations.front().evaluation));
    write_report(options_.out, metrics_);
    write_atomic(file("metrics.json"), metrics_.dump(2) + "\n");  // last: it marks the run as finished
    return metrics_;
  }

  /// "small: dice 0.8123 ± 0.0312 over 5 folds; pooled 0.8150 (95% interval …)"
  std::string summary(const Evaluation& evaluation) const {
    const std::string primary = plan_.evaluate.primary;
    std::string text = plan_.data.name + ": " + primary;
    if (metrics_["across_folds"].contains(primary)) {
      const json& across = metrics_["across_folds"][primary];
      const json& deviation = across["std"];
      text += fmt::format(" {:.4f} ± {} over {} folds", across["mean"].get<double>(),
                          deviation.is_number() ? fmt::format("{:.4f}", deviation.get<double>()) : "?",
                          across["folds"].get<int64_t>());
    }
    for (const NamedInterval& metric : evaluation.metrics)
      if (metric.name == primary)
        text += fmt::format("; pooled {:.4f} ({})", metric.interval.value, interval_text(metric.interval, evaluation));
    return text;
  }
};

}  // namespace

json cross_validate(const Settings& recipe, const RunRecipeOptions& options) {
  return CrossValidation(recipe, options).execute();
}

void check_cross_validation(const Settings& recipe) {
  const Settings effective = effective_recipe(recipe);
  split_section(effective.table("split"));
  const Settings folds = recipe_of_folds(effective, {});
  check_sections(folds, plan_of(folds, "cross-validation").evaluate);
}

}  // namespace lathe
