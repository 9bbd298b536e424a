/// lathe compare RUN_A RUN_B
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/cli/options.h"
#include "lathe/recipe/compare_runs.h"

namespace lathe {

namespace {

struct CompareVerb {
  std::string a, b, metric, step_a, step_b;
};

}  // namespace

Work declare_compare(CLI::App& app) {
  auto verb = std::make_shared<CompareVerb>();
  app.add_option("RUN_A", verb->a, "a run folder")->required();
  app.add_option("RUN_B", verb->b, "another, over the same folds or seeds")->required();
  app.add_option("--metric", verb->metric, "what to compare (default: the primary metric of both)");
  app.add_option("--step-a", verb->step_a, "A after this step, not at its end (its title; runs with [split])");
  app.add_option("--step-b", verb->step_b, "the same of B; two steps of one run can be compared");
  app.footer(
      "For runs of recipes with [split], fold by fold, or with [controls] seeds, seed by seed: the mean difference "
      "with\n"
      "95 % intervals, Wilcoxon's signed-rank test, and what they mean in words. A difference is B - A.\n"
      "Example:  lathe run a.toml --set split.kind=kfold --out runs/a, the same with b.toml, then\n"
      "          lathe compare runs/a runs/b");
  return [verb](const Output& output) {
    const nlohmann::json comparison = compare_runs({verb->a, verb->step_a}, {verb->b, verb->step_b}, verb->metric);
    output.result(comparison_text(comparison), comparison);
  };
}

}  // namespace lathe
