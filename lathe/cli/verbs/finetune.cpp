/// lathe finetune MODEL --inputs X --targets Y -o FILE: training from weights that are good already, all of them, a
/// part, or the part that a search finds
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "lathe/cli/training.h"
#include "lathe/recipe/surgical_search.h"
#include "lathe/rewrite/head.h"

namespace lathe {
namespace {

struct FinetuneVerb {
  TrainingVerb training;
  HeadOptions head = {.classes = 0};
  int64_t hidden = -1;
  bool surgical = false;
  SurgicalOptions search;

  void check_options() const {
    if (head.classes == 0 && hidden >= 0) fail_as(ExitCode::usage, "--hidden: has no effect without --head");
    if (head.classes == 0 && !surgical && !head.features.empty())
      fail_as(ExitCode::usage, "--features: has no effect without --head or --surgical");
    if (!surgical) {
      if (!search.blocks.empty()) fail_as(ExitCode::usage, "--block: has no effect without --surgical");
      return;
    }
    if (training.validation == 0)
      fail_as(ExitCode::usage, "--surgical: a block is chosen by rows that do not train; add --validation 0.2");
    if (!training.frozen.empty())
      fail_as(ExitCode::usage,
              "--freeze: has no effect with --surgical, which freezes all but a block; --block names them");
  }

  void replace(Model& model) const {
    if (head.classes == 0) return;
    HeadOptions options = head;
    if (hidden >= 0) options.hidden = hidden;
    replace_head(model.graph, options);
    model.preprocessing.class_names.clear();  // those of the labels follow
    model.preprocessing.task = "classification";
  }

  FitReport fit_all(Model& model, const BatchSource& rows, const FitOptions& options, const BatchSource* validation,
                    SurgicalReport& found) const {
    if (!surgical) return fit(model.graph, rows, options, validation);
    const auto train = [&, show = show_training()](Graph& graph, const std::string& trial, FitOptions own) {
      own.on_step = [&](const StepReport& step) { show(trial, step); };
      return fit(graph, rows, own, validation);
    };
    found = surgical_search(model.graph, surgical_trials(model.graph, search), options, train);
    return found.fit;
  }
};

nlohmann::json to_json(const SurgicalReport& report) {
  nlohmann::json trials = nlohmann::json::array();
  for (const SurgicalRow& row : report.rows)
    trials.push_back({{"trained", row.trained},
                      {"parameters", row.parameters},
                      {"epochs", row.epochs},
                      {"validation_loss", row.validation_loss},
                      {report.watched, row.value}});
  return {{"watched", report.watched}, {"kept", report.rows[report.best].trained}, {"trials", trials}};
}

constexpr const char* kFooter =
    "For models that were trained elsewhere, or that lost channels: 10 epochs of 64 rows at a learning rate of 1e-4, "
    "unless --set says otherwise.\n"
    "Example:  lathe prune big.safetensors --ratio 0.41 -o small.safetensors\n"
    "          lathe finetune small.safetensors --inputs x.npy --targets y.npy -o tuned.safetensors\n"
    "Other classes, on the layers of a pretrained network, which stay as they are:\n"
    "          lathe finetune pretrained.safetensors --head 12 --hidden 512 --freeze 'feature_extractor.*' \\\n"
    "            --inputs x.npy --targets y.npy --class-weights balanced -o tuned.safetensors\n"
    "Which layers should train? Each block alone beside the classifier, the classifier alone, and all are tried:\n"
    "          lathe finetune pretrained.safetensors --head 12 --surgical --groups subjects.npy --validation 0.2 \\\n"
    "            --patience 5 --inputs x.npy --targets y.npy -o tuned.safetensors\n"
    "Slower below than above:  --set 'optimizer.learning_rates={\"feature_extractor.*\" = 0.1}'";

}  // namespace

Work declare_finetune(CLI::App& app) {
  app.footer(kFooter);
  auto verb = std::make_shared<FinetuneVerb>();
  verb->training.name = "finetune";
  verb->training.declare(app);
  app.add_option("--head", verb->head.classes, "a new classifier of this many classes, named as the labels are")
      ->check(CLI::Range(2, 1000000));
  app.add_option("--hidden", verb->hidden, "units in front of its last layer; 0: none (default: as the old one was)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--features", verb->head.features,
                 "the node that the classifier reads (default: what the last linear layers read)");
  app.add_flag("--surgical", verb->surgical, "find out which block to train on; needs --validation");
  app.add_option("--block", verb->search.blocks,
                 "layers that are a block of --surgical: 'stage1.*' (repeatable; default: as names tell them apart)")
      ->allow_extra_args(false);
  return [verb](const Output& output) {
    verb->check_options();
    verb->search.features = verb->head.features;
    SurgicalReport found;
    verb->training.run(
        output,
        {.defaults = {"epochs=10", "batch=64", "optimizer.learning_rate=1e-4"},
         .prepare = [&](Model& model) { verb->replace(model); },
         .check =
             [&](const Model& model, const TrainSection&) {
               if (verb->surgical) surgical_trials(model.graph, verb->search);
             },
         .fit = [&](Model& model, const BatchSource& rows, const FitOptions& options,
                    const BatchSource* validation) { return verb->fit_all(model, rows, options, validation, found); },
         .describe =
             [&](std::string& text, nlohmann::json& object) {
               if (!verb->surgical) return;
               text = surgical_table(found) + "\n" + text;
               if (const std::filesystem::path folder = verb->training.folder; !folder.empty())
                 write_atomic(folder / "surgical.csv", surgical_csv(found));
               object["surgical"] = to_json(found);
             }});
  };
}

}  // namespace lathe
