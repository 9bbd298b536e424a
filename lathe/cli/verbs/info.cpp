/// lathe info MODEL
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cost/cost.h"
#include "lathe/cost/macs.h"
#include "lathe/sparsify/sparse_training.h"

namespace lathe {

namespace {

struct InfoVerb {
  std::string model, input, macs = "conv";
};

std::string field_text(const std::vector<int64_t>& field) {
  return field.empty() ? "all" : fmt::format("{}", fmt::join(field, "x"));
}

/// What is left of a layer's multiplications where weights are 0; all layers where none is.
struct Sparsity {
  std::vector<LayerDensity> layers;  ///< those with zeros
  int64_t effective_macs = 0;        ///< of all layers

  Sparsity(const Graph& graph, const Cost& total) : effective_macs(total.macs) {
    for (const LayerDensity& layer : layer_densities(graph)) {
      if (layer.active == layer.size) continue;
      layers.push_back(layer);
      for (const NodeCost& node : total.nodes)
        if (layer.name == node.name + ".weight")
          effective_macs -= node.macs - node.macs * layer.active / std::max<int64_t>(1, layer.size);
    }
  }
};

std::string table(const Model& model, const Cost& total, const MacConvention& convention) {
  size_t widest = 5;
  for (const NodeCost& node : total.nodes) widest = std::max(widest, node.name.size());
  std::string text = fmt::format("{:<{}}  {:<20} {:<16} {:>12} {:>16} {:>7}\n", "layer", widest, "op", "output",
                                 "parameters", "MACs", "sees");
  for (const NodeCost& node : total.nodes)
    text += fmt::format("{:<{}}  {:<20} {:<16} {:>12} {:>16} {:>7}\n", node.name, widest, node.kind, node.output.text(),
                        with_commas(node.parameters), with_commas(node.macs), field_text(node.receptive_field));
  if (const Sparsity sparse(model.graph, total); !sparse.layers.empty())
    text += fmt::format("sparse           {}; {} MACs are with weights other than 0\n",
                        densities_text(sparse.layers, "weights are not 0"), with_commas(sparse.effective_macs));
  const Preprocessing& before = model.preprocessing;
  text += fmt::format(
      "\nparameters       {}\nweights          {}\nMACs             {} ({}, one window)\n"
      "peak RAM         {} (activations, float32, batch 1)\nreceptive field  {} samples\n",
      with_commas(total.parameters), human_bytes(total.weight_bytes), with_commas(total.macs), convention.summary,
      human_bytes(total.peak_ram_bytes), field_text(total.receptive_field));
  text +=
      fmt::format("task             {}\n", before.task.empty() ? "none: outputs are taken as they are" : before.task);
  text += fmt::format("preprocessing    normalize {}", before.normalize);
  if (before.rate_hz > 0) text += fmt::format(", {:g} Hz", before.rate_hz);
  if (before.front_end.kind != "none") {
    text += ", " + before.front_end.kind;
    for (const auto& [name, value] : before.front_end.settings) text += fmt::format(" {} {:g}", name, value);
  }
  if (before.smooth_window > 0)
    text += fmt::format(", output smoothed over {} samples (order {})", before.smooth_window, before.smooth_order);
  if (!before.class_names.empty()) text += ", classes " + join(before.class_names);
  return text + "\n";
}

nlohmann::json object(const Model& model, const Cost& total, const MacConvention& convention) {
  nlohmann::json layers = nlohmann::json::array();
  for (const NodeCost& node : total.nodes)
    layers.push_back({{"name", node.name},
                      {"op", node.kind},
                      {"output", node.output.sizes()},
                      {"parameters", node.parameters},
                      {"macs", node.macs},
                      {"receptive_field", node.receptive_field}});
  const Sparsity sparse(model.graph, total);
  nlohmann::json zeros = nlohmann::json::array();
  for (const LayerDensity& layer : sparse.layers)
    zeros.push_back({{"name", layer.name}, {"active", layer.active}, {"size", layer.size}});
  return {{"parameters", total.parameters},
          {"macs", total.macs},
          {"effective_macs", sparse.effective_macs},
          {"sparse", zeros},
          {"peak_ram_bytes", total.peak_ram_bytes},
          {"model",
           {{"name", model.name},
            {"parameters", total.parameters},
            {"macs", total.macs},
            {"macs_convention", convention.name},
            {"peak_ram_bytes", total.peak_ram_bytes},
            {"weight_bytes", total.weight_bytes},
            {"receptive_field", total.receptive_field}}},
          {"preprocessing",
           {{"task", model.preprocessing.task},
            {"normalize", model.preprocessing.normalize},
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
  declare_model(app, "MODEL", verb->model);
  declare_input(app, verb->input);
  app.add_option("--macs", verb->macs,
                 "what counts as a multiply-accumulate: " + join(mac_conventions().names()) + " (default: conv)");
  app.footer("MACs compare only within one convention; 'lathe list macs' says what each counts.");
  return [verb](const Output& output) {
    const MacConvention& convention = mac_conventions().at(verb->macs);
    const Model model = open_model(verb->model);
    const Cost total = cost(model.graph, input_shapes(verb->input, 1), convention.name);
    output.result(table(model, total, convention), object(model, total, convention));
  };
}

}  // namespace lathe
