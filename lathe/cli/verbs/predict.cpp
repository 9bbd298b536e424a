/// lathe predict MODEL INPUT -o OUT.npy
#include <ATen/ops/tensor.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/files.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cli/options.h"
#include "lathe/data/readers/npy.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/evaluate_section.h"

namespace lathe {

namespace {
struct PredictVerb {
  std::string model, out;
  DataOptions data;
  MachineOptions machine;
  bool labels = false, unsmoothed = false;
};
/// A cell as spreadsheets read it.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// "row,file,class": which row of the predictions is which file, and what it is taken for.
std::string file_table(const Dataset& data, const Tensor& decided, const Preprocessing& settings) {
  const bool classes = settings.task == "classification";
  std::string text = classes ? "row,file,class\n" : "row,file\n";
  for (size_t row = 0; row < data.groups.size(); ++row) {
    text += fmt::format("{},{}", row, cell(data.groups[row]));
    if (classes) {
      const auto number = static_cast<size_t>(decided[static_cast<int64_t>(row)].item<int64_t>());
      text +=
          "," + (number < settings.class_names.size() ? cell(settings.class_names[number]) : std::to_string(number));
    }
    text += '\n';
  }
  return text;
}

/// The class of each row [N]: the largest probability, or what the model's smoothing makes of the sequence.
Tensor decided_classes(const Model& model, const Dataset& data, const Tensor& probabilities, bool smooth) {
  const std::vector<int64_t> smoothed = smooth ? smoothed_classes(model, data, probabilities) : std::vector<int64_t>();
  return smoothed.empty() ? probabilities.argmax(1) : at::tensor(smoothed, at::kLong);
}

}  // namespace

Work declare_predict(CLI::App& app) {
  auto verb = std::make_shared<PredictVerb>();
  declare_model(app, "MODEL", verb->model);
  app.add_option("INPUT", verb->data.inputs,
                 "windows [N, T] or [N, C, T], images [N, C, H, W], or one recording; a file, or a folder of files "
                 "(labels are not "
                 "looked at)")
      ->required();
  app.add_option("-o,--out", verb->out,
                 "probabilities to write (.npy): [N, T] or [N, classes]; without a task, what the network gives")
      ->required();
  verb->data.ignores_targets = true;
  verb->data.declare_reading(app);
  app.add_flag("--labels", verb->labels, "write decisions (uint8, or the class) instead of probabilities");
  app.add_flag("--no-smoothing", verb->unsmoothed, "leave out the model's smoothing, of probabilities or of classes");
  verb->machine.declare(app);
  return [verb](const Output& output) {
    Model model = open_model(verb->model);
    const std::string& task = model.preprocessing.task;
    if (task.empty() && verb->labels)
      fail_as(ExitCode::usage,
              "--labels: the model does not say what its output means; import it with --task classification or "
              "segmentation");
    if (!verb->out.ends_with(".npy"))
      fail_as(ExitCode::usage, "--out {}: predictions are written as .npy; give a name that ends so", verb->out);
    require_writable(verb->out);
    verb->machine.apply();
    move_to(model.graph, verb->machine.device);
    const Dataset data = verb->data.load(model, output);
    Tensor result = predict_probabilities(model, data, !verb->unsmoothed);
    if (task.empty())
      output.say("written as the network gives it: the model has no task (lathe import --task …)");
    else
      result = result.clamp(0, 1);  // smoothing may overshoot; decisions do not change
    Tensor decided;
    if (task == "classification") decided = decided_classes(model, data, result, !verb->unsmoothed);
    if (task == "classification" && !model.preprocessing.hidden_markov.empty() && !verb->unsmoothed)
      output.say(verb->labels ? "classes are smoothed along sequences, as the model was made to"
                              : "probabilities are of each row by itself; the model smooths classes (--labels)");
    if (verb->labels)
      result = task == "classification" ? decided : result.gt(model.preprocessing.threshold).to(at::kByte);
    write_npy(verb->out, result);
    const nlohmann::json object = {{"file", verb->out}, {"shape", result.sizes().vec()}};
    if (data.groups.empty())
      return output.result(fmt::format("{}: {}\n", verb->out, Shape(result.sizes().vec())), object);
    const std::string list = verb->out.substr(0, verb->out.size() - 4) + ".files.csv";
    write_atomic(list, file_table(data, decided, model.preprocessing));
    nlohmann::json with_files = object;
    with_files["files"] = data.groups;
    output.result(fmt::format("{}: {}\n{}: the file of each row\n", verb->out, Shape(result.sizes().vec()), list),
                  with_files);
  };
}

}  // namespace lathe
