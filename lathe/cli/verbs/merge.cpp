/// lathe merge MODEL -o FILE
#include "lathe/rewrite/merge_kernels.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/options.h"

namespace lathe {

namespace {
struct MergeVerb {
  std::string model, out, ratio = "0.35,0,0";
  MergeOptions options;
};
}  // namespace

Work declare_merge(CLI::App& app) {
  auto verb = std::make_shared<MergeVerb>();
  app.add_option("MODEL", verb->model, "a model file with learned kernels")->required();
  app.add_option("-o,--out", verb->out, "model file to write (.safetensors)")->required();
  app.add_option("--ratio", verb->ratio, "part of each bank's kernels to merge away: one number, or one a bank (default: 0.35,0,0)");
  app.add_option("--min-similarity", verb->options.min_similarity, "leave pairs alone that are less alike (cosine, default: 0)");
  app.add_flag("--compat", verb->options.compat, "the published rule with its mistakes, for comparison; tensors do not shrink");
  return [verb](const Output& output) {
    Model model = load_model(verb->model);
    require_writable(verb->out);
    verb->options.ratio = parse_reals(verb->ratio, "--ratio");
    const MergeReport report = merge_kernels(model.graph, verb->options);
    save_model(verb->out, model);
    const double part = 100.0 * static_cast<double>(report.parameters_before - report.parameters_after) /
                        static_cast<double>(report.parameters_before);
    std::string text = fmt::format("{}: {} of {} kernels merged away, {} of {} parameters left ({:.1f}% fewer)\n", verb->out,
                                   report.kernels_before - report.kernels_after, report.kernels_before,
                                   with_commas(report.parameters_after), with_commas(report.parameters_before), part);
    if (verb->options.compat)
      text += fmt::format("the published rule counts {} kernels as removed that still act\n", report.still_active);
    nlohmann::json pairs = nlohmann::json::array();
    for (const MergedPair& pair : report.pairs)
      pairs.push_back({{"bank", pair.bank}, {"kept", pair.kept}, {"removed", pair.removed}, {"similarity", pair.similarity}});
    output.result(text, {{"file", verb->out},
                         {"kernels", {{"before", report.kernels_before}, {"after", report.kernels_after}}},
                         {"parameters", {{"before", report.parameters_before}, {"after", report.parameters_after}}},
                         {"still_active", report.still_active},
                         {"pairs", pairs}});
  };
}

}  // namespace lathe
