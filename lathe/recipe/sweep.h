/// Runs a recipe over a grid of settings, several times each, and puts mean and deviation into a table. Every cell is a run
/// folder of its own, so a sweep goes on where it was stopped.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lathe/base/settings.h"

namespace lathe {

/// One axis of the grid: a dotted key and its values, as TOML.
struct SweepAxis {
  std::string key;
  std::vector<std::string> values;
  std::string origin = {};  ///< where it was written; empty: typed as --grid
};

struct SweepCell {
  std::string name;                      ///< "model.kernels=8_repeat=3": the folder below cells/
  std::vector<std::string> assignments;  ///< "model.kernels=8"
  int64_t repeat = 0;
};

/// The recipe's own [sweep]: grid = {"model.kernels" = [4, 8]}, repeats = 10.
struct SweepSection {
  std::vector<SweepAxis> grid;
  int64_t repeats = 1;
};
SweepSection sweep_section(const Settings& recipe);

/// "model.kernels=4,8,16". @throws Error (usage)
SweepAxis parse_axis(const std::string& text);

/// Every combination, the last axis fastest, repeats innermost.
std::vector<SweepCell> sweep_cells(const SweepSection& section);

/// Reads the recipe with the settings of every combination, as its run would, so that a slip shows before the first
/// cell starts rather than in each. @throws Error as `run` would, with --grid or the recipe's line in front
void check_combinations(const Settings& recipe, const SweepSection& section);

struct SweepOptions {
  std::filesystem::path out;
  int jobs = 1;
  uint64_t seed = 0;                          ///< of the first repeat; the next has the next seed
  std::string settings;                       ///< what all cells share, as text: a sweep goes on only with the same
  std::vector<std::string> command;           ///< program and arguments of one run, without --out, --set and --seed
  std::function<void(int64_t done, int64_t total, const std::string& cell)> on_cell = nullptr;
  std::function<bool()> stop_requested = nullptr;
};

/// Runs the cells that are not finished, `jobs` at a time, each as a process of its own with its output in
/// cells/NAME/log.txt. Writes sweep.json and sweep.csv. @return {"rows": [{settings, parameters, repeats, metrics:
/// {set: {name: {mean, std}}}}]}
/// @throws Error after all cells are done when some failed: names the first with its reason and has its exit code
nlohmann::json sweep(const std::vector<SweepCell>& cells, const SweepOptions& options);

/// The table for people: one line a combination, mean ± standard deviation of a metric a set.
std::string sweep_table(const nlohmann::json& result);

}  // namespace lathe
