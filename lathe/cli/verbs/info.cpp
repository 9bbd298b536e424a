/// lathe info MODEL
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/options.h"
#include "lathe/cost/cost.h"

namespace lathe {

namespace {

struct InfoVerb {
  std::string model, input;
};

std::string field_text(const std::vector<int64_t>& field) {
  return field.empty() ? "all" : fmt::format("{}", fmt::join(field, "x"));
}

std::string table(const Model& model, const Cost& total) {
  size_t widest = 5;
  for (const NodeCost& node : total.nodes) widest = std::max(widest, node.name.size());
  std::string text = fmt::format("{:<{}}  {:<20} {:<16} {:>12} {:>16} {:>7}\n", "layer", widest, "op", "output",
                                 "parameters", "MACs", "sees");
  for (const NodeCost& node : total.nodes)
    text += fmt::format("{:<{}}  {:<20} {:<16} {:>12} {:>16} {:>7}\n", node.name, widest, node.kind, node.output.text(),
                        with_commas(node.parameters), with_commas(node.macs), field_text(node.receptive_field));
  const Preprocessing& before = model.preprocessing;
  text += fmt::format("\nparameters       {}\nweights          {}\nMACs             {} (conv and linear sums, one window)\n"
                      "peak RAM         {} (activations, float32, batch 1)\nreceptive field  {} samples\n",
                      with_commas(total.parameters), human_bytes(total.weight_bytes), with_commas(total.macs),
                      human_bytes(total.peak_ram_bytes), field_text(total.receptive_field));
  text += fmt::format("preprocessing    normalize {}", before.normalize);
  if (before.rate_hz > 0) text += fmt::format(", {:g} Hz", before.rate_hz);
  if (before.smooth_window > 0)
    text += fmt::format(", output smoothed over {} samples (order {})", before.smooth_window, before.smooth_order);
  if (!before.class_names.empty()) text += ", classes " + join(before.class_names);
  return text + "\n";
}

nlohmann::json object(const Model& model, const Cost& total) {
  nlohmann::json layers = nlohmann::json::array();
  for (const NodeCost& node : total.nodes)
    layers.push_back({{"name", node.name},
                      {"op", node.kind},
                      {"output", node.output.sizes()},
                      {"parameters", node.parameters},
                      {"macs", node.macs},
                      {"receptive_field", node.receptive_field}});
  return {{"model",
           {{"name", model.name},
            {"parameters", total.parameters},
            {"macs", total.macs},
            {"peak_ram_bytes", total.peak_ram_bytes},
            {"weight_bytes", total.weight_bytes},
            {"receptive_field", total.receptive_field}}},
          {"preprocessing",
           {{"normalize", model.preprocessing.normalize},
            {"rate_hz", model.preprocessing.rate_hz},
            {"class_names", model.preprocessing.class_names},
            {"smooth_window", model.preprocessing.smooth_window},
            {"smooth_order", model.preprocessing.smooth_order},
            {"threshold", model.preprocessing.threshold}}},
          {"layers", layers}};
}

}  // namespace

Work declare_info(CLI::App& app) {
  auto verb = std::make_shared<InfoVerb>();
  app.add_option("MODEL", verb->model, "a model file (.safetensors)")->required();
  app.add_option("--input", verb->input, "shape of one input without the batch, e.g. 1,1920 (default: as trained)");
  return [verb](const Output& output) {
    const Model model = load_model(verb->model);
    std::vector<Shape> inputs;
    if (!verb->input.empty()) {
      std::vector<int64_t> sizes = parse_integers(verb->input, "--input");
      sizes.insert(sizes.begin(), 1);
      inputs.push_back(Shape(std::move(sizes)));
    }
    const Cost total = cost(model.graph, inputs);
    output.result(table(model, total), object(model, total));
  };
}

}  // namespace lathe
