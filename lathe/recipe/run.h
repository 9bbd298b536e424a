/// Runs a recipe from data to report. Leaves a run folder: recipe.toml, manifest.json, history.csv, metrics.json,
/// model.safetensors, explain.json, report.html, checkpoints/.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lathe/base/settings.h"
#include "lathe/train/fit.h"

namespace lathe {

struct RunRecipeOptions {
  std::filesystem::path data = ".";  ///< folder that relative paths of [data] start from
  std::filesystem::path out;         ///< the run folder; made when missing
  uint64_t seed = 0;
  bool resume = false;
  std::string device = "cpu";
  std::string name;     ///< of the recipe, for titles
  std::string command;  ///< as typed, for the manifest
  std::function<void(const std::string& sentence)> say = nullptr;
  std::function<void(const std::string& title, const StepReport&)> on_step = nullptr;
  std::function<void(const std::string& title, int64_t done, int64_t total)> on_rows = nullptr;  ///< features
  std::function<bool()> stop_requested = nullptr;
  std::filesystem::path cache = {};  ///< folder of computed features; empty: default_cache_folder()
};

/// Reads every section first, so that mistakes show before any work, then: data → model → training → steps → evaluation
/// → files. Resuming continues a killed run to the same bytes and does nothing to a finished one.
/// @return what stands in metrics.json
/// @throws Error as its parts do; the run folder keeps its last checkpoint
nlohmann::json run_recipe(const Settings& recipe, const RunRecipeOptions& options);

}  // namespace lathe
