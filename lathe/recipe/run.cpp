#include "lathe/recipe/run.h"

#include <ATen/Context.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/cost/ledger.h"
#include "lathe/data/channel_statistics.h"
#include "lathe/eval/metric.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/augmented_batches.h"
#include "lathe/recipe/class_smoothing.h"
#include "lathe/recipe/cross_validation.h"
#include "lathe/recipe/data_section_split.h"
#include "lathe/recipe/evaluation_text.h"
#include "lathe/recipe/feature_cache.h"
#include "lathe/recipe/manifest.h"
#include "lathe/recipe/plan.h"
#include "lathe/recipe/run_checks.h"
#include "lathe/recipe/run_numbers.h"
#include "lathe/recipe/run_report.h"
#include "lathe/recipe/toml.h"
#include "lathe/report/explain.h"

namespace lathe {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// One run: what its stages hand on to each other.
class Run {
 public:
  Run(const Settings& recipe, const RunRecipeOptions& options)
      : recipe_(effective_recipe(recipe, options.say)), options_(options) {}

  json execute() {
    plan_ = plan_of(recipe_, options_.name);
    const bool fresh = !fs::exists(options_.out);
    if (auto finished = open_folder()) return *finished;
    try {
      load();
      build();
    } catch (...) {
      std::error_code ignored;
      if (fresh) fs::remove(options_.out, ignored);  // nothing stands in it yet
      throw;
    }
    describe();
    train_and_apply_steps();
    make_controls();
    smooth_sequences();
    evaluate();
    return write();
  }

 private:
  const Settings recipe_;
  const RunRecipeOptions& options_;
  Plan plan_;
  LoadedData data_;
  LoadedData recordings_;  ///< data_ before the front end
  Model model_;
  FitOptions fit_;
  std::unique_ptr<NormalizedBatches> plain_;
  std::unique_ptr<AugmentedBatches> augmented_;
  Dataset sequence_;  ///< labels, groups and times of the rows that train, before some of them are held back
  Dataset held_back_;
  std::unique_ptr<NormalizedBatches> held_back_rows_;
  ValidationRows validation_;
  json metrics_ = {{"ledger", json::array()}};

  void say(const std::string& sentence) const {
    if (options_.say) options_.say(sentence);
  }
  fs::path file(const char* name) const { return options_.out / name; }

  /// What must be the same for a run to be the same run: the recipe as run, and the seed.
  std::string settings_text() const {
    return fmt::format("# as run with --seed {} --device {}\n", options_.seed, options_.device) + write_toml(recipe_);
  }

  /// Makes the folder, or checks that the run in it is this one. @return the metrics of a run that is finished already
  std::optional<json> open_folder() {
    make_folder(options_.out);
    const std::string text = settings_text();
    if (fs::exists(file("recipe.toml"))) {
      check(options_.resume, "{}: holds a run already; go on with --resume, or give another --out",
            options_.out.string());
      check(read_text(file("recipe.toml")) == text,
            "{}: was made with other settings than these (see its recipe.toml); give another --out",
            options_.out.string());
      if (fs::exists(file("metrics.json"))) {
        say(fmt::format("{} is finished already; nothing to do", options_.out.string()));
        json finished = json::parse(read_text(file("metrics.json")), nullptr, false);
        check(finished.is_object() && finished.contains("ledger"),
              "{}: is damaged; remove it and --resume makes it again", file("metrics.json").string());
        return finished;
      }
    }
    return std::nullopt;
  }

  void load() {
    data_ = load_data(plan_.data, options_.data, plan_.preprocessing.task == "classification");
    const Dataset& train = data_.train;
    say(fmt::format("data '{}': {} windows of {} samples to train, {} to test{}", plan_.data.name, train.rows(),
                    train.inputs.size(-1), data_.test.rows(),
                    data_.dropped > 0 ? fmt::format("; {} left out for missing values", data_.dropped) : ""));
    for (const std::string& note : data_.notes) say(note);
    if (!plan_.model.note.empty()) say(plan_.model.note);
    plan_.preprocessing.rate_hz = train.rate_hz;
    plan_.preprocessing.class_names = train.class_names;
    plan_.preprocessing.cleaning = train.cleaning;  // with lengths in numbers
    if (plan_.preprocessing.task == "segmentation" && train.class_names.empty())
      plan_.preprocessing.class_names = {"0", "1"};
    const double trained = plan_.model.preprocessing.rate_hz;  // of a file
    check(plan_.features.front_end.kind == "none" || trained == 0 || train.rate_hz == trained,
          "{}: recordings have {:g} samples a second (the model's front end was trained on {:g}); set [data] rate_hz = "
          "{:g}",
          plan_.data.name, train.rate_hz, trained, trained);
    plan_.preprocessing.front_end = plan_.features.resolved(train.rate_hz);
    standardize();
    compute_features();
    hold_back_rows();
    plain_ = std::make_unique<NormalizedBatches>(data_.train, plan_.preprocessing);
  }

  /// By the rows that train, before anything else looks at them.
  void standardize() {
    Preprocessing& settings = plan_.preprocessing;
    if (plan_.data.standardize) {
      const ChannelStatistics statistics = channel_statistics(data_.train, settings.normalize);
      settings.mean = statistics.mean;
      settings.deviation = statistics.deviation;
    }
    check(settings.mean.empty() || std::ssize(settings.mean) == data_.train.inputs.size(1),
          "{}: rows have {} channels ([data] mean and std are of {})", plan_.data.name, data_.train.inputs.size(1),
          settings.mean.size());
    if (!settings.mean.empty())
      say(fmt::format("channels: mean {:.4g}, std {:.4g}", fmt::join(settings.mean, " "),
                      fmt::join(settings.deviation, " ")));
  }

  /// Rows to validate on leave those that train, before anything looks at them.
  void hold_back_rows() {
    sequence_ = data_.train;
    sequence_.inputs = Tensor();
    if (plan_.validation.ratio == 0) return;
    const Split split = within(plan_.data.name, [&] { return hold_back(data_.train, plan_.validation); });
    held_back_ = data_.train.select(split.test);
    held_back_.name = plan_.data.name + "-validation";
    for (LoadedData* data : {&data_, &recordings_}) data->train = data->train.select(split.train);
    held_back_rows_ = std::make_unique<NormalizedBatches>(held_back_, plan_.preprocessing);
    validation_.rows = held_back_rows_.get();
    validation_.metric = [this](const Graph& graph, const std::string& name) {
      const Model model{plan_.model.name, graph, plan_.preprocessing, {}};
      return metric(name, scores_of(model, held_back_, "window"));
    };
    if (plan_.preprocessing.task == "classification")
      within(plan_.data.name, [&] { check_classes_train(data_.train, held_back_); });
    say(fmt::format("validation: {} of the training windows are held back", held_back_.rows()));
  }

  void compute_features() {
    recordings_ = data_;
    if (plan_.preprocessing.front_end.kind == "none") return;
    FeatureCacheOptions options;
    options.folder = cache_folder();
    if (!options.folder.empty()) options.folder /= "features";
    options.say = options_.say;
    options.stop_requested = options_.stop_requested;
    if (options_.on_rows)
      options.on_rows = [&](int64_t done, int64_t total) { options_.on_rows("features", done, total); };
    for (Dataset* set : {&data_.train, &data_.test}) *set = with_features(plan_.preprocessing, *set, options);
    say(fmt::format("features '{}': {} a row, kept in {}", plan_.preprocessing.front_end.kind,
                    Shape(data_.train.inputs.sizes().vec()).with(0, 1),
                    options.folder.empty() ? "memory" : options.folder.string()));
  }

  const BatchSource& batches() const { return augmented_ ? static_cast<const BatchSource&>(*augmented_) : *plain_; }

  /// The first files of the run folder: written when nothing in recipe or data can stop the run any more.
  void describe() const {
    write_atomic(file("recipe.toml"), settings_text());
    if (options_.resume && fs::exists(file("manifest.json"))) {
      check(json::parse(read_text(file("manifest.json"))).value("data", json::object()) == json(data_.hashes),
            "{}: was made with other data than this (see its manifest.json); give another --out",
            options_.out.string());
      return;
    }
    json described = manifest(options_.command, options_.seed, options_.device, data_.hashes);
    described["recipe"] = options_.name;
    described["title"] = plan_.title;
    described["rows"] = {{"train", data_.train.rows()}, {"test", data_.test.rows()}, {"dropped", data_.dropped}};
    if (validation_.rows != nullptr) described["rows"]["validation"] = validation_.rows->rows();
    if (!data_.notes.empty()) described["notes"] = data_.notes;
    write_atomic(file("manifest.json"), described.dump(2) + "\n");
  }

  Model fresh_model(uint64_t seed, bool anew = false) const {
    at::manual_seed(seed);
    Model model{plan_.model.name, anew ? plan_.model.anew() : plan_.model.build(), plan_.preprocessing, {}};
    move_to(model.graph, options_.device);
    return model;
  }

  void build() {
    model_ = fresh_model(options_.seed);
    check_run(plan_, model_.graph, data_.train, data_.test);
    const int64_t outputs = shapes(model_.graph).back()[1];
    fit_ = within(plan_.data.name, [&] { return plan_.train.resolved(data_.train.targets, outputs, validation_); });
    if (!plan_.augmentations.empty()) {
      augmented_ =
          std::make_unique<AugmentedBatches>(*plain_, recordings_.train, plan_.preprocessing, plan_.augmentations,
                                             plan_.preprocessing.task == "classification" ? outputs : 0);
      if (augmented_->computes_features())
        say("features of training rows are computed batch by batch, for [augment] changes the recordings");
    }
  }

  std::string data_id() const {
    std::string text;
    for (const auto& [name, hash] : data_.hashes) text += name + "=" + hash + ";";
    return text;
  }

  /// The recipe's way from a model to a result.
  Pipeline pipeline(Model& model, uint64_t seed, const fs::path& folder, bool resume) {
    FitOptions options = fit_;
    options.folder = folder;
    options.resume = resume;
    options.seed = seed;
    options.data_id = data_id();
    options.stop_requested = options_.stop_requested;
    return {.model = model,
            .train = batches(),
            .plain = *plain_,
            .targets = data_.train.targets,
            .rows = recordings_.train,
            .unseen = recordings_.test,
            .validation = validation_,
            .fit = options,
            .steps = plan_.steps,
            .wanted = plan_.wanted,
            .teacher = plan_.teacher,
            .teacher_folder = options_.out / "teacher" / fmt::format("seed-{}", seed),
            .device = options_.device,
            .rows_change = augmented_ != nullptr,
            .cache = cache_folder(),
            .say = options_.say,
            .on_step = options_.on_step,
            .on_rows = options_.on_rows};
  }

  void train_and_apply_steps() {
    if (fit_.epochs == 0) note_ledger("as given", model_);
    run_pipeline(pipeline(model_, options_.seed, options_.out, options_.resume),
                 {.trained =
                      [&](const FitReport& report) {
                        if (report.resumed_from_step > 0)
                          say(fmt::format("went on from step {}", report.resumed_from_step));
                        metrics_["train"] = summary(report);
                        say(fmt::format("trained {}", sentence(report)));
                        if (!plan_.steps.empty()) save_model(file("trained.safetensors"), model_);
                        note_ledger("train", model_);
                      },
                  .taught =
                      [&](const Model& teacher, const FitReport& report) {
                        metrics_["teacher"] = summary(report);
                        metrics_["teacher"]["name"] = teacher.name;
                        if (report.epochs > 0) say(fmt::format("teacher: trained {}", sentence(report)));
                        save_model(file("teacher.safetensors"), teacher);
                        note_ledger("teacher", teacher);
                      },
                  .done =
                      [&](const NamedStep& step, const std::string& done) {
                        say(done);
                        metrics_["notes"].push_back(done);
                        note_ledger(step.title, model_);
                      }});
  }

  fs::path cache_folder() const { return options_.cache.empty() ? default_cache_folder() : options_.cache; }

  void make_controls() {
    if (!plan_.controls.any()) return;
    const auto measure = [&](const Model& model) {
      return metric(plan_.evaluate.primary, scores_of(model, data_.test, "window"));
    };
    std::vector<ControlPoint> points;
    for (const json& row : metrics_["ledger"])
      points.push_back(
          {number_at(row, plan_.evaluate.primary), row.at("parameters").get<int64_t>(), row.at("macs").get<int64_t>()});
    metrics_["controls"] =
        run_controls({.section = plan_.controls,
                      .folder = options_.out,
                      .seed = options_.seed,
                      .finished = model_,
                      .steps = plan_.steps,
                      .teacher = plan_.teacher.present(),
                      .points = points,
                      .metric = plan_.evaluate.primary,
                      .set = data_.test.name,
                      .smaller_is_better = metrics().at(plan_.evaluate.primary).smaller_is_better,
                      .start = [&](uint64_t seed, bool anew) { return fresh_model(seed, anew); },
                      .measure = measure,
                      .pipeline = [&](Model& model, uint64_t seed,
                                      const fs::path& folder) { return pipeline(model, seed, folder, true); },
                      .say = options_.say});
    for (const json& sentence : metrics_["controls"]["verdict"]) say(sentence.get<std::string>());
  }

  void note_ledger(const std::string& step, const Model& model) {
    std::map<std::string, double> measured;
    if (data_.test.rows() > 0) {
      const Scores scores = scores_of(model, data_.test, "window");
      for (const std::string& name : plan_.evaluate.ledger) measured[name] = metric(name, scores);
    }
    metrics_["ledger"].push_back(ledger_entry(ledger_row(step, model.graph, measured)));
  }

  void smooth_sequences() {
    if (!plan_.evaluate.hidden_markov) return;
    const std::string sentence = estimate_smoothing(model_, {sequence_, data_.train, held_back_});
    say(sentence);
    metrics_["notes"].push_back(sentence);
  }

  void evaluate() {
    metrics_["sets"] = json::object();
    metrics_["details"] = json::object();
    for (const std::string& set : plan_.evaluate.sets) {
      const Dataset& data = set == "test" ? data_.test : data_.train;
      if (data.rows() == 0) continue;
      for (const auto& [name, evaluation] : evaluations_of(model_, data, plan_.evaluate.unit, plan_.evaluate.options)) {
        metrics_["sets"][name] = metric_values(evaluation);
        metrics_["details"][name] = evaluation_details(evaluation);
        say_primary(name, evaluation);
      }
    }
  }

  void say_primary(const std::string& set, const Evaluation& evaluation) const {
    for (const NamedInterval& metric : evaluation.metrics)
      if (metric.name == plan_.evaluate.primary)
        say(fmt::format("{}: {} {:.4f} ({})", set, metric.name, metric.interval.value,
                        interval_text(metric.interval, evaluation)));
  }

  json write() {
    const json& last = metrics_["ledger"].back();
    metrics_["model"] = {{"name", model_.name},
                         {"parameters", last["parameters"]},
                         {"macs", last["macs"]},
                         {"peak_ram_bytes", last["peak_ram_bytes"]}};
    metrics_["primary"] = plan_.evaluate.primary;
    save_model(file("model.safetensors"), model_);
    const bool tested = data_.test.rows() > 0;
    const Dataset& shown = tested ? data_.test : data_.train;
    const json explained =
        explain(model_, tested ? recordings_.test : recordings_.train, predict_probabilities(model_, shown, false),
                predict_probabilities(model_, shown, true), plan_.evaluate.report_windows);
    write_atomic(file("explain.json"), explained.dump());
    write_report(options_.out, metrics_);
    write_atomic(file("metrics.json"), metrics_.dump(2) + "\n");  // last: it marks the run as finished
    return metrics_;
  }
};

}  // namespace

json run_recipe(const Settings& recipe, const RunRecipeOptions& options) {
  if (recipe.has("split")) return cross_validate(recipe, options);
  return Run(recipe, options).execute();
}

}  // namespace lathe
