/// lathe list WHAT
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/cli/options.h"
#include "lathe/data/readers/readers.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/transforms.h"
#include "lathe/eval/metric.h"
#include "lathe/models/model_registry.h"
#include "lathe/ops/op_registry.h"
#include "lathe/recipe/recipes.h"
#include "lathe/recipe/step.h"
#include "lathe/train/loss.h"
#include "lathe/train/optimizer.h"
#include "lathe/train/schedule.h"

namespace lathe {

namespace {

struct Line {
  std::string name, note;
};
using Lines = std::vector<Line>;

Lines plain(const std::vector<std::string>& names) {
  Lines lines;
  for (const std::string& name : names) lines.push_back({name, ""});
  return lines;
}

Lines model_lines() {
  Lines lines;
  for (const ModelEntry& entry : models())
    lines.push_back({std::string(entry.name), fmt::format("{}; settings: {}", entry.summary, entry.settings)});
  return lines;
}

Lines recipe_lines() {
  Lines lines;
  for (const RecipeEntry& entry : recipes())
    lines.push_back({std::string(entry.name), split(recipe_comment(entry.text), '\n').at(0)});
  return lines;
}

Lines reader_lines() {
  Lines lines;
  for (const Reader& entry : readers()) lines.push_back({std::string(entry.name), std::string(entry.endings)});
  return lines;
}

Lines step_lines() {
  Lines lines;
  for (const StepEntry& entry : steps()) lines.push_back({std::string(entry.name), std::string(entry.summary)});
  return lines;
}

struct Listing {
  std::string_view name;
  Lines (*lines)();
};

const Registry<Listing>& listings() {
  static const Listing entries[] = {
      {"losses", [] { return plain(losses().names()); }},
      {"metrics", [] { return plain(metrics().names()); }},
      {"models", model_lines},
      {"ops", [] { return plain(ops().names()); }},
      {"optimizers", [] { return plain(optimizers().names()); }},
      {"readers", reader_lines},
      {"recipes", recipe_lines},
      {"schedules", [] { return plain(schedules().names()); }},
      {"simulators", [] { return plain(simulators().names()); }},
      {"steps", step_lines},
      {"transforms", [] { return plain(transforms().names()); }},
  };
  static const Registry<Listing> registry("list", entries);
  return registry;
}

}  // namespace

Work declare_list(CLI::App& app) {
  auto what = std::make_shared<std::string>();
  app.add_option("WHAT", *what, join(listings().names()))->required();
  return [what](const Output& output) {
    std::string text;
    nlohmann::json names = nlohmann::json::array();
    for (const Line& line : listings().at(*what).lines()) {
      text += line.note.empty() ? line.name + "\n" : fmt::format("{:<20} {}\n", line.name, line.note);
      names.push_back({{"name", line.name}, {"note", line.note}});
    }
    output.result(text, {{*what, names}});
  };
}

}  // namespace lathe
