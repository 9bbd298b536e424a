/// lathe import FILE -o model.safetensors
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/options.h"
#include "lathe/cost/cost.h"
#include "lathe/formats/import_onnx.h"

namespace lathe {

namespace {

struct ImportVerb {
  std::string file, out, normalize = "none", task, class_names;
  std::vector<std::string> inputs;
  double rate_hz = 0;

  OnnxImportOptions onnx_options() const {
    OnnxImportOptions options;
    for (const std::string& text : inputs) {
      const size_t equals = text.find('=');
      if (equals == std::string::npos || equals == 0)
        fail_as(ExitCode::usage, "--input {}: expected NAME=SIZES, as in x=3,224,224 (without the batch)", text);
      options.inputs[text.substr(0, equals)] = Shape(parse_integers(text.substr(equals + 1), "--input"));
    }
    return options;
  }
  /// What the file says itself stays, unless an option says otherwise.
  void set_preprocessing(Preprocessing& settings) const {
    if (normalize != "none") settings.normalize = normalize;
    if (!task.empty()) settings.task = task;
    if (rate_hz > 0) settings.rate_hz = rate_hz;
    if (!class_names.empty()) settings.class_names = split(class_names, ',');
  }
};

}  // namespace

Work declare_import(CLI::App& app) {
  auto verb = std::make_shared<ImportVerb>();
  app.add_option("FILE", verb->file, "a network in ONNX (.onnx), opset 9 to 22")->required();
  app.add_option("-o,--out", verb->out, "model file to write (.safetensors)")->required();
  app.add_option("--input", verb->inputs, "size of an input that the file leaves open: NAME=3,224,224 (without the batch)")->allow_extra_args(false);
  app.add_option("--normalize", verb->normalize, "what predict does to each window first: none, zscore or minmax")->check(CLI::IsMember({"none", "zscore", "minmax"}));
  app.add_option("--rate", verb->rate_hz, "sampling rate of its input, Hz");
  app.add_option("--task", verb->task, "what its output means")->check(CLI::IsMember({"segmentation", "classification"}));
  app.add_option("--classes", verb->class_names, "names of the classes in the output's order: normal,af,other");
  app.footer("Constants are folded and the patterns that exporters scatter (gelu, hard swish, layer norm, circular padding, flatten) become\n"
             "one layer each. The first axis is the batch. The result is an ordinary model: info, train, eval, predict, export.\n"
             "torch.onnx.export fuses batch norms into convolutions; to keep them: training=torch.onnx.TrainingMode.PRESERVE,\n"
             "do_constant_folding=False on model.eval(), or optimize=False with dynamo=True.");
  return [verb](const Output& output) {
    require_writable(verb->out);
    Model model = import_onnx(std::filesystem::path(verb->file), verb->onnx_options());
    if (model.name.empty() || model.name == "main_graph" || model.name == "torch_jit" )
      model.name = std::filesystem::path(verb->file).stem().string();
    verb->set_preprocessing(model.preprocessing);
    save_model(verb->out, model);
    const Cost total = cost(model.graph);
    output.result(fmt::format("{}: {} layers, {} parameters, {} MACs\n", verb->out, model.graph.nodes.size(),
                              with_commas(total.parameters), with_commas(total.macs)),
                  {{"file", verb->out},
                   {"model", {{"name", model.name}, {"layers", model.graph.nodes.size()}, {"parameters", total.parameters}, {"macs", total.macs}}}});
  };
}

}  // namespace lathe
