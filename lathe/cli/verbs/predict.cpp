/// lathe predict MODEL INPUT -o OUT.npy
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

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
}  // namespace

Work declare_predict(CLI::App& app) {
  auto verb = std::make_shared<PredictVerb>();
  declare_model(app, "MODEL", verb->model);
  app.add_option("INPUT", verb->data.inputs, "windows [N, T] or [N, C, T], images [N, C, H, W], or one recording; .npy, .csv or .tsv")->required();
  app.add_option("-o,--out", verb->out, "probabilities to write (.npy): [N, T] or [N, classes]; without a task, what the network gives")->required();
  verb->data.declare_reading(app);
  app.add_flag("--labels", verb->labels, "write decisions (uint8, or the class) instead of probabilities");
  app.add_flag("--no-smoothing", verb->unsmoothed, "leave out the model's Savitzky-Golay smoothing");
  verb->machine.declare(app);
  return [verb](const Output& output) {
    Model model = open_model(verb->model);
    const std::string& task = model.preprocessing.task;
    if (task.empty() && verb->labels)
      fail_as(ExitCode::usage,
              "--labels: the model does not say what its output means; import it with --task classification or segmentation");
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
    if (verb->labels)
      result = task == "classification" ? result.argmax(1)
                                                            : result.gt(model.preprocessing.threshold).to(at::kByte);
    write_npy(verb->out, result);
    output.result(fmt::format("{}: {}\n", verb->out, Shape(result.sizes().vec())),
                  {{"file", verb->out}, {"shape", result.sizes().vec()}});
  };
}

}  // namespace lathe
