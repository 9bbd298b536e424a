/// Options that several verbs share, with one wording.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lathe/cli/verb.h"
#include "lathe/formats/model_file.h"
#include "lathe/recipe/data_section.h"
#include "lathe/train/fit.h"

namespace lathe {

/// --threads and --device.
struct MachineOptions {
  int threads = 0;
  std::string device = "cpu";
  void declare(CLI::App& app);
  /// Sets LibTorch's threads; 0 leaves its default, all cores.
  void apply() const;
};

/// --inputs, --targets and how to read them.
struct DataOptions {
  std::vector<std::string> reading;  ///< keys of [data] that say how recordings are read: "resample_hz=30"
  std::string inputs, targets, targets_column, files_column, groups, columns, layout, missing = "refuse";
  double rate_hz = 0;
  int64_t window_samples = 0, stride_samples = 0;
  double clip_seconds = 0;
  bool needs_targets = false;    ///< refuse rows without labels
  bool ignores_targets = false;  ///< of files: look at no labels; the groups of what is loaded are the files' names
  /// @param labels  refuse rows that come without, whether --targets or the inputs themselves should bring them
  void declare(CLI::App& app, bool labels);
  /// --columns, --layout, --window, --stride, --reading and --missing: how inputs are read.
  void declare_reading(CLI::App& app);
  /// Everything in one dataset, verified; says how many windows were left out for missing values.
  /// @param model   whose task and class names decide how targets are read
  /// @param hashes  gets those of the files
  Dataset load(const Model& model, const Output& output, std::map<std::string, std::string>* hashes = nullptr) const;
  /// How inputs are read, to tell one training from another.
  std::string text() const;

 private:
  DataSection section_for(const Model& model) const;
  void read_keys(const Model& model, DataSection& section) const;
};

/// One comma-separated list of numbers: "0.35,0,0". @throws Error (usage)
std::vector<double> parse_reals(const std::string& text, const std::string& option);
std::vector<int64_t> parse_integers(const std::string& text, const std::string& option);

/// Progress of training on stderr: one line with loss, rate and ETA.
std::function<void(const std::string& title, const StepReport&)> show_training();

/// Progress of anything that goes row by row, on stderr.
std::function<void(const std::string& title, int64_t done, int64_t total)> show_rows();

/// Ctrl-C and SIGTERM set a flag instead of ending the program, so that a checkpoint can be written; a second Ctrl-C
/// ends it.
std::function<bool()> stop_on_signal();

/// "unknown option '--ouput' (did you mean '--out'?)" where a word that was not expected looks like one; else CLI11's
/// sentence.
std::string unexpected_words(const CLI::App& app, const std::string& sentence);

/// Refuses a path that cannot be written before any work is done.
void require_writable(const std::string& path);

}  // namespace lathe
