/// Which part of a trained network to train on: every block alone beside the classifier, the classifier alone, and all,
/// each from the same weights; the best on validation rows is kept.
/// Source: Lee et al. 2023, surgical fine-tuning (arXiv:2210.11466), who choose the block by validation accuracy.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lathe/train/fit.h"

namespace lathe {

struct SurgicalOptions {
  std::string features = {};             ///< where the classifier begins (rewrite/head.h); it trains in every trial
  std::vector<std::string> blocks = {};  ///< globs, a block each; empty: the parts that names in front of it tell apart
};

/// A way to train: what is not named stays as it is.
struct SurgicalTrial {
  std::string name;                ///< "head", "all", or the block's glob
  std::vector<std::string> globs;  ///< of what trains, the classifier included
};

/// The trials of a search, the classifier alone first and everything last.
/// @throws Error (usage) for globs that match nothing, blocks that share a parameter, hold the classifier's, or of
/// which there are none
std::vector<SurgicalTrial> surgical_trials(const Graph& graph, const SurgicalOptions& options);

struct SurgicalRow {
  std::string trained;
  int64_t parameters = 0;  ///< that trained
  int64_t epochs = 0;
  double validation_loss = 0;  ///< of the weights that the trial ended with
  double value = 0;            ///< of what is watched; NaN where it is not defined
};

struct SurgicalReport {
  std::string watched;  ///< "loss" or a metric
  std::vector<SurgicalRow> rows;
  size_t best = 0;  ///< of the rows; where several are equal, the one that trained the fewest parameters
  FitReport fit;    ///< of that trial
};

/// Trains `graph`, in which all but the trial's own is frozen; the options' folder is the trial's.
using SurgicalFit = std::function<FitReport(Graph& graph, const std::string& trial, const FitOptions& options)>;

/// Leaves the graph with the weights of the best trial. Every trial draws the same random numbers, has a folder of its
/// own in options.folder, and is resumed there.
/// @throws Error when no trial has a value to choose by
SurgicalReport surgical_search(Graph& graph, const std::vector<SurgicalTrial>& trials, const FitOptions& options,
                               const SurgicalFit& train);

/// A line a trial, for people; the one that was kept is marked.
std::string surgical_table(const SurgicalReport& report);
/// The same for programs: trained,parameters,epochs,validation_loss,NAME,kept
std::string surgical_csv(const SurgicalReport& report);

}  // namespace lathe
