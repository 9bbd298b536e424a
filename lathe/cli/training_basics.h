/// What all verbs that train share: where they start and what they write, the rows that validate, checkpoints.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lathe/cli/options.h"
#include "lathe/data/dataset.h"
#include "lathe/formats/model_file.h"
#include "lathe/train/fit.h"

namespace lathe {

/// All rows, or those that train and those that are held back.
struct SplitRows {
  Dataset train, held_back;

  /// @param ratio  share of the rows, or of the groups where there are any; 0: none is held back
  SplitRows(Dataset all, double ratio, uint64_t seed, const Output& output);
};

/// What an option of its own says for a key that --set could say too. @throws Error (usage) where both do
void set_by_option(Settings& settings, const char* key, const char* option, Settings::Value value);

struct TrainingBasics {
  std::string name;  ///< of the verb
  std::string model, out, folder, normalize;
  std::vector<std::string> assignments;
  DataOptions data;
  MachineOptions machine;
  double validation = 0;
  int64_t patience = 0;
  uint64_t seed = 0;
  bool resume = false;

  /// MODEL, the data, -o, --normalize and --set.
  void declare_start(CLI::App& app, bool needs_targets, const std::string& out_help, const std::string& set_help);
  /// --validation and what follows it.
  void declare_rest(CLI::App& app, const std::string& seed_help);

  /// The model, as --normalize wants it; -o can be written.
  Model opened() const;
  /// @throws Error where `given` or --resume asks for checkpoints that have no folder, or a key that nobody read
  void check_settings(const Settings& given) const;
  /// The folder, the seed and what a checkpoint must have been made with.
  /// @param hashes  file -> hash of its contents, of the data
  void apply(FitOptions& options, const Model& taken, const std::map<std::string, std::string>& hashes) const;
};

}  // namespace lathe
