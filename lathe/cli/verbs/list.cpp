/// lathe list WHAT
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/cli/options.h"
#include "lathe/cost/macs.h"
#include "lathe/data/augment/augmentation.h"
#include "lathe/data/cleaning/cleaner.h"
#include "lathe/data/front_end.h"
#include "lathe/data/readers/readers.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/transforms.h"
#include "lathe/distill/term.h"
#include "lathe/eval/metric.h"
#include "lathe/models/model_registry.h"
#include "lathe/ops/op_registry.h"
#include "lathe/pretrain/method.h"
#include "lathe/prune/criterion.h"
#include "lathe/prune/regularizer.h"
#include "lathe/recipe/recipes.h"
#include "lathe/recipe/step.h"
#include "lathe/sparsify/connections.h"
#include "lathe/sparsify/sparse_training.h"
#include "lathe/train/loss.h"
#include "lathe/train/optimizer.h"
#include "lathe/train/schedule.h"

namespace lathe {

namespace {

struct Line {
  std::string name, note;
};
using Lines = std::vector<Line>;

/// Names and summaries of a registry whose entries have both.
template <class Entries>
Lines summaries(const Entries& entries) {
  Lines lines;
  for (const auto& entry : entries) lines.push_back({std::string(entry.name), std::string(entry.summary)});
  return lines;
}

/// As above, with the settings that are the entry's own.
template <class Entries>
Lines summaries_and_settings(const Entries& entries) {
  Lines lines = summaries(entries);
  size_t at = 0;
  for (const auto& entry : entries) {
    if (!entry.settings.empty()) lines[at].note += fmt::format("; settings: {}", entry.settings);
    ++at;
  }
  return lines;
}

/// The first paragraph of a text, as one line.
std::string first_paragraph(const std::string& text) {
  std::string paragraph;
  for (const std::string& line : split(text, '\n')) {
    if (trim(line).empty()) break;
    paragraph += (paragraph.empty() ? "" : " ") + std::string(trim(line));
  }
  return paragraph;
}

Lines recipe_lines() {
  Lines lines;
  for (const RecipeEntry& entry : recipes())
    lines.push_back({std::string(entry.name), first_paragraph(recipe_comment(entry.text))});
  return lines;
}

Lines reader_lines() {
  Lines lines;
  for (const Reader& entry : readers())
    lines.push_back({std::string(entry.name), fmt::format("{} ({})", entry.summary, entry.endings)});
  return lines;
}

/// What an op owns and is set to, read off one of its samples.
std::string op_note(const OpEntry& entry) {
  const std::vector<OpSample> samples = entry.samples();
  if (samples.empty()) return "where a recording comes in";
  Builder builder;
  std::vector<Value> inputs;
  for (const Shape& shape : samples[0].inputs)
    inputs.push_back(builder.input(fmt::format("input{}", inputs.size()), shape));
  const Graph graph = builder.finish({samples[0].build(inputs)});
  const Node& node = graph.nodes[static_cast<size_t>(graph.outputs[0])];
  std::vector<std::string> tensors, settings;
  for (const Param& param : node.params) tensors.push_back(param.name);
  const Attributes attributes = node.op->attributes();  // named: values() refers to it
  for (const auto& value : attributes.values()) settings.push_back(value.first);
  std::string note = tensors.empty() ? "no parameters" : "parameters: " + join(tensors, " ");
  if (!settings.empty()) note += "; settings: " + join(settings, " ");
  return note;
}

Lines op_lines() {
  Lines lines;
  for (const OpEntry& entry : ops()) lines.push_back({std::string(entry.name), op_note(entry)});
  return lines;
}

struct Listing {
  std::string_view name;
  Lines (*lines)();
};

const Registry<Listing>& listings() {
  static const Listing entries[] = {
      {"augmentations", [] { return summaries_and_settings(augmentations()); }},
      {"cleaners", [] { return summaries_and_settings(cleaners()); }},
      {"criteria", [] { return summaries(criteria()); }},
      {"distillation_losses", [] { return summaries_and_settings(distill_losses()); }},
      {"front_ends", [] { return summaries_and_settings(front_ends()); }},
      {"losses", [] { return summaries(losses()); }},
      {"macs", [] { return summaries(mac_conventions()); }},
      {"metrics", [] { return summaries(metrics()); }},
      {"models", [] { return summaries_and_settings(models()); }},
      {"ops", op_lines},
      {"optimizers", [] { return summaries_and_settings(optimizers()); }},
      {"pretext_methods", [] { return summaries_and_settings(pretext_methods()); }},
      {"pretext_tasks", [] { return summaries_and_settings(pretext_tasks()); }},
      {"readers", reader_lines},
      {"recipes", recipe_lines},
      {"regularizers", [] { return summaries(regularizers()); }},
      {"schedules", [] { return summaries_and_settings(schedules()); }},
      {"simulators", [] { return summaries(simulators()); }},
      {"sparsity_distributions", [] { return summaries(distributions()); }},
      {"sparsity_grow_rules", [] { return summaries(grow_rules()); }},
      {"sparsity_methods", [] { return summaries(sparsity_methods()); }},
      {"sparsity_prune_rules", [] { return summaries(prune_rules()); }},
      {"sparsity_strengths", [] { return summaries_and_settings(strengths()); }},
      {"steps", [] { return summaries(steps()); }},
      {"transforms", [] { return summaries(transforms()); }},
  };
  static const Registry<Listing> registry("list", entries);
  return registry;
}

/// Every list, with how much is in it and how it begins.
Lines all_lists() {
  constexpr size_t most = 4;
  Lines lists;
  for (const Listing& listing : listings()) {
    std::vector<std::string> names;
    const Lines lines = listing.lines();
    for (const Line& line : lines)
      if (names.size() < most) names.push_back(line.name);
    lists.push_back({std::string(listing.name),
                     fmt::format("{}: {}{}", lines.size(), join(names), lines.size() > most ? ", …" : "")});
  }
  return lists;
}

}  // namespace

Work declare_list(CLI::App& app) {
  auto what = std::make_shared<std::string>();
  app.add_option("WHAT", *what, join(listings().names()) + " (default: what there is of each)");
  return [what](const Output& output) {
    std::string text;
    nlohmann::json names = nlohmann::json::array();
    for (const Line& line : what->empty() ? all_lists() : listings().at(*what).lines()) {
      text += fmt::format("{:<20} {}\n", line.name, line.note);
      names.push_back({{"name", line.name}, {"note", line.note}});
    }
    output.result(text, {{what->empty() ? "lists" : *what, names}});
  };
}

}  // namespace lathe
