/// lathe absorb MODEL -o FILE
#include "lathe/rewrite/absorb.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/options.h"

namespace lathe {

namespace {
struct AbsorbVerb {
  std::string model, out;
};
}  // namespace

Work declare_absorb(CLI::App& app) {
  auto verb = std::make_shared<AbsorbVerb>();
  app.add_option("MODEL", verb->model, "a model file with learned kernels and one output")->required();
  app.add_option("-o,--out", verb->out, "model file to write (.safetensors)")->required();
  return [verb](const Output& output) {
    Model model = load_model(verb->model);
    require_writable(verb->out);
    const AbsorbReport report = absorb(model.graph);
    save_model(verb->out, model);
    output.result(fmt::format("{}: {} kernels absorbed their weights; {} values and {} sign bits are left to store\n",
                              verb->out, report.kernels, with_commas(report.stored_values), report.sign_bits),
                  {{"file", verb->out},
                   {"kernels", report.kernels},
                   {"stored_values", report.stored_values},
                   {"sign_bits", report.sign_bits}});
  };
}

}  // namespace lathe
