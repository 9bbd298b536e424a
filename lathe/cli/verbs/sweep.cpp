/// lathe sweep RECIPE --grid key=v1,v2
#include "lathe/recipe/sweep.h"

#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "lathe/base/progress.h"
#include "lathe/cli/options.h"
#include "lathe/recipe/recipes.h"
#include "lathe/recipe/toml.h"

namespace lathe {

namespace {

struct SweepVerb {
  std::string recipe, data = ".", out;
  std::vector<std::string> grid, assignments;
  int64_t repeats = 0;
  SweepOptions sweep;
  MachineOptions machine;
};

/// Progress over cells with an ETA from the cells that this call has finished.
std::function<void(int64_t, int64_t, const std::string&)> show_cells() {
  using Clock = std::chrono::steady_clock;
  const auto line = std::make_shared<ProgressLine>("sweep", stderr);
  return [line, begun = Clock::now(), first = int64_t{-1}](int64_t done, int64_t total, const std::string& cell) mutable {
    if (first < 0) first = done;
    const double spent = std::chrono::duration<double>(Clock::now() - begun).count();
    const double each = done > first ? spent / static_cast<double>(done - first) : NAN;
    line->update(done, total, cell, each * static_cast<double>(total - done));
  };
}

}  // namespace

Work declare_sweep(CLI::App& app) {
  auto verb = std::make_shared<SweepVerb>();
  app.add_option("RECIPE", verb->recipe, "a .toml file, or the name of a recipe inside lathe")->required();
  app.add_option("--grid", verb->grid, "values to try: --grid model.kernels=4,8,16; more axes multiply (default: the recipe's [sweep])")
      ->allow_extra_args(false);
  app.add_option("--repeats", verb->repeats, "runs of each combination, with seeds SEED, SEED+1, … (default: the recipe's, or 1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--jobs", verb->sweep.jobs, "runs at the same time; cores are shared out (default: 1)")->check(CLI::PositiveNumber);
  app.add_option("--set", verb->assignments, "change a setting of every run")->allow_extra_args(false);
  app.add_option("--data", verb->data, "folder that the recipe's data files lie in (default: here)");
  app.add_option("--out", verb->out, "folder of the sweep (default: runs/NAME-sweep); call again to go on");
  app.add_option("--seed", verb->sweep.seed, "seed of the first repeat (default: 0)");
  verb->machine.declare(app);
  app.footer("Example:  lathe sweep ppg-quality-demo --grid model.kernels=4,8,16 --repeats 3 --jobs 2\n"
             "Leaves sweep.csv, sweep.json and a run folder a cell.");
  return [verb](const Output& output) {
    const NamedRecipe recipe = find_recipe(verb->recipe);
    SweepSection section = sweep_section(recipe.settings);
    if (!verb->grid.empty()) section.grid.clear();
    for (const std::string& axis : verb->grid) section.grid.push_back(parse_axis(axis));
    if (verb->repeats > 0) section.repeats = verb->repeats;
    Settings settings = recipe.settings;  // a slip in --set shows now, not in every cell
    for (const std::string& assignment : verb->assignments) apply_assignment(settings, assignment, "--set");
    check_combinations(settings, section);
    settings = without(settings, "sweep");
    SweepOptions options = verb->sweep;
    options.settings = fmt::format("# seed {}, device {}, data {}\n{}", options.seed, verb->machine.device,
                                   std::filesystem::absolute(verb->data).string(), write_toml(settings));
    options.out = verb->out.empty() ? "runs/" + recipe.name + "-sweep" : verb->out;
    const int threads = verb->machine.threads > 0 ? verb->machine.threads : std::max(1, at::get_num_threads() / options.jobs);
    options.command = {std::filesystem::read_symlink("/proc/self/exe").string(), "run", verb->recipe,
                       "--data", verb->data, "--device", verb->machine.device, "--threads", std::to_string(threads)};
    for (const std::string& assignment : verb->assignments)
      options.command.insert(options.command.end(), {"--set", assignment});
    options.on_cell = show_cells();
    options.stop_requested = stop_on_signal();
    const nlohmann::json result = sweep(sweep_cells(section), options);
    output.result(sweep_table(result), result);
  };
}

}  // namespace lathe
