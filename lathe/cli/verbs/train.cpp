/// lathe train MODEL --inputs X --targets Y -o FILE
#include <CLI/CLI.hpp>
#include <memory>

#include "lathe/cli/training.h"

namespace lathe {

Work declare_train(CLI::App& app) {
  app.footer(
      "Example:  lathe new kernel_segmenter -o fresh.safetensors\n"
      "          lathe train fresh.safetensors --inputs x.npy --targets y.npy --set epochs=100 -o trained.safetensors\n"
      "          … --groups subjects.npy --validation 0.125 --patience 5   by whole subjects, until it gets no better");
  auto verb = std::make_shared<TrainingVerb>();
  verb->name = "train";
  verb->declare(app);
  return [verb](const Output& output) {
    verb->run(output,
              {.fit = [](Model& model, const BatchSource& rows, const FitOptions& options,
                         const BatchSource* validation) { return fit(model.graph, rows, options, validation); }});
  };
}

}  // namespace lathe
