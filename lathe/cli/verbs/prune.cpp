/// lathe prune MODEL -o FILE
#include "lathe/prune/prune.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/text.h"
#include "lathe/cli/model_argument.h"
#include "lathe/cli/options.h"
#include "lathe/exec/latency.h"

namespace lathe {

namespace {

struct PruneVerb {
  std::string model, out, input;
  PruneOptions options;
  std::vector<std::string> ratios;
  double keep_macs = 0, keep_parameters = 0, max_latency_us = 0;
  int64_t max_ram_bytes = 0;
  bool dry_run = false;

  PruneOptions chosen() const {
    PruneOptions all = options;
    if (keep_macs > 0) all.keep_macs = keep_macs;
    if (keep_parameters > 0) all.keep_parameters = keep_parameters;
    if (max_ram_bytes > 0) all.max_ram_bytes = max_ram_bytes;
    if (max_latency_us > 0) all.max_latency_us = max_latency_us;
    all.inputs = input_shapes(input, 1);
    const std::vector<Shape> shapes = input_shapes(input, 0);
    all.latency_us = [shapes](const Graph& graph) {
      return latency(graph, {.inputs = shapes, .batch = 1, .threads = 1, .least_seconds = 0.2}).median_seconds * 1e6;
    };
    for (const std::string& text : ratios) {
      const size_t equals = text.find('=');
      if (equals == std::string::npos || equals == 0)
        fail_as(ExitCode::usage, "--layer-ratio {}: expected GLOB=RATIO, as in 'stage3.*=0.7'", text);
      all.ratios.emplace_back(text.substr(0, equals), parse_reals(text.substr(equals + 1), "--layer-ratio").at(0));
    }
    return all;
  }
};

std::string percent(int64_t after, int64_t before) {
  return before == 0 ? "" : fmt::format("{:.1f} %", 100.0 * static_cast<double>(after) / static_cast<double>(before));
}

std::string table(const PruneReport& report) {
  std::string text = fmt::format("{:>8} {:>8}  {}\n", "channels", "left", "group (named after its first layer)");
  for (const PrunedGroup& group : report.groups)
    text += fmt::format("{:>8} {:>8}  {}{}\n", group.before, group.after, group.name,
                        group.pinned    ? "  pinned: touches inputs or outputs"
                        : group.protect ? "  protected"
                                        : "");
  text += fmt::format("\n{:<16} {:>16} {:>16}\n", "", "before", "after");
  const auto row = [&](std::string_view name, int64_t before, int64_t after) {
    text += fmt::format("{:<16} {:>16} {:>16}  {}\n", name, with_commas(before), with_commas(after),
                        percent(after, before));
  };
  row("parameters", report.parameters_before, report.parameters_after);
  row("MACs", report.macs_before, report.macs_after);
  row("peak RAM bytes", report.peak_ram_before, report.peak_ram_after);
  return text;
}

nlohmann::json object(const PruneReport& report, const std::string& file) {
  nlohmann::json groups = nlohmann::json::array();
  for (const PrunedGroup& group : report.groups)
    groups.push_back({{"name", group.name},
                      {"before", group.before},
                      {"after", group.after},
                      {"pinned", group.pinned},
                      {"protected", group.protect}});
  return {{"file", file},
          {"ratio", report.ratio},
          {"parameters", {{"before", report.parameters_before}, {"after", report.parameters_after}}},
          {"macs", {{"before", report.macs_before}, {"after", report.macs_after}}},
          {"peak_ram_bytes", {{"before", report.peak_ram_before}, {"after", report.peak_ram_after}}},
          {"groups", groups}};
}

}  // namespace

Work declare_prune(CLI::App& app) {
  auto verb = std::make_shared<PruneVerb>();
  PruneOptions& options = verb->options;
  declare_model(app, "MODEL", verb->model);
  CLI::Option* out = app.add_option("-o,--out", verb->out, "file to write: .safetensors, or .onnx");
  app.add_option("--criterion", options.criterion, "what decides: see below (default: magnitude)");
  CLI::Option* ratio = app.add_option(
      "--ratio", options.ratio,
      "share of channels that go, group by group: removed = channels - int(channels * (1 - ratio)) (default: 0.5)");
  CLI::Option* macs =
      app.add_option("--keep-macs", verb->keep_macs, "instead of a ratio: share of MACs left at most, e.g. 0.5")
          ->check(CLI::Range(0.0, 1.0));
  CLI::Option* parameters =
      app.add_option("--keep-parameters", verb->keep_parameters, "share of parameters left at most")
          ->check(CLI::Range(0.0, 1.0));
  CLI::Option* ram =
      app.add_option("--max-ram-bytes", verb->max_ram_bytes, "peak activation RAM at most")->check(CLI::PositiveNumber);
  CLI::Option* time =
      app.add_option("--max-latency-us", verb->max_latency_us, "one window on one thread, measured here, at most")
          ->check(CLI::PositiveNumber);
  for (CLI::Option* one : {ratio, macs, parameters, ram, time})
    for (CLI::Option* other : {ratio, macs, parameters, ram, time})
      if (one != other) one->excludes(other);
  app.add_option("--ranking", options.ranking,
                 "local (group by group), global, or isomorphic: groups of one structure together (default: local)")
      ->check(CLI::IsMember({"local", "global", "isomorphic"}));
  app.add_flag_callback("--global", [verb] { verb->options.ranking = "global"; }, "short for --ranking global");
  app.add_option("--layer-ratio", verb->ratios,
                 "another ratio for layers that a glob matches: 'stage3.*=0.7'; may be given often")
      ->allow_extra_args(false);
  app.add_option("--protect", options.protect,
                 "layers whose output channels stay, as a glob: 'head.*'; may be given often")
      ->allow_extra_args(false);
  app.add_option("--multiple-of", options.multiple_of, "channels left are a multiple of this (default: 1)")
      ->check(CLI::Range(1, 4096));
  app.add_option("--most", options.most, "no group loses more than this share (default: 1)");
  app.add_option("--norm", options.scoring.norm, "magnitude of weights: 1 or 2 (default: 2)")->check(CLI::Range(1, 2));
  app.add_option("--reduction", options.scoring.reduction,
                 "over the layers of a group: mean, sum, max, product, first (default: mean)");
  app.add_option("--normalizer", options.scoring.normalizer,
                 "of the scores in a group: none, mean, max, sum, minmax, gaussian (default: mean)");
  app.add_option("--seed", options.scoring.seed, "of the criterion 'random' (default: 0)");
  declare_input(app, verb->input);
  CLI::Option* dry = app.add_flag("--dry-run", verb->dry_run, "say what would go, write nothing");
  dry->excludes(out);
  std::string text = "Criteria:\n";
  for (const CriterionEntry& entry : criteria())
    text +=
        fmt::format("  {:<18} {}{}\n", entry.name, entry.summary, entry.needs_data ? " (needs data: in recipes)" : "");
  app.footer(text + "What touches the network's inputs or outputs stays by itself. Train the result on: lathe train.");
  return [verb](const Output& output) {
    if (!verb->dry_run && verb->out.empty()) fail_as(ExitCode::usage, "--out is required (or --dry-run)");
    const PruneOptions chosen = verb->chosen();
    if (criteria().at(chosen.criterion).needs_data)
      fail_as(ExitCode::usage,
              "--criterion {} looks at data: use it in a recipe, as prune-onnx does: lathe run prune-onnx --set "
              "model.file={}",
              chosen.criterion, verb->model);
    Model model = open_model(verb->model);
    if (!verb->dry_run) require_writable(verb->out);
    const PruneReport report = prune(model.graph, chosen);
    if (!verb->dry_run) write_model(verb->out, model);
    output.result(table(report), object(report, verb->out));
  };
}

}  // namespace lathe
