/// Trains a network on windows without labels, through heads that it has for that time alone.
#pragma once

#include <string>
#include <vector>

#include "lathe/pretrain/options.h"
#include "lathe/train/fit.h"

namespace lathe {

/// Windows to learn from, and others to look at. Of their batches only the first input is read, [N, C, T].
struct PretrainRows {
  const BatchSource& train;
  std::vector<std::string> subjects = {};   ///< of each row that trains, or empty
  std::vector<double> weights = {};         ///< by which windows_per_subject are drawn (`movement`); empty: alike
  const BatchSource* validation = nullptr;  ///< watched while training
  const BatchSource* unseen = nullptr;      ///< reported on at the end; subjects that do not train
};

/// How often the trained heads are right about windows of a set.
struct PretextScore {
  std::string measure;  ///< a task, or what the method measures
  double accuracy = 0;
  double chance = 0;  ///< of who does not look at the windows
};

struct PretrainReport {
  FitReport fit;                              ///< its state holds what the network itself has
  std::vector<PretextScore> validation = {};  ///< empty without such rows
  std::vector<PretextScore> unseen = {};
  Graph network;  ///< as it trained: up to the features, then the heads
};

/// Trains the graph's parameters up to the features in place, as `fit` does: resumable, with history and checkpoints.
/// What is behind the features stays as it was. Held-out windows are changed by draws of their own, the same in every
/// epoch and every run.
/// @param fitting  `loss` and `objective` are the method's
/// @throws Error for options, windows or features that do not fit, or as `fit`
PretrainReport pretrain(Graph& graph, const PretrainRows& rows, const PretrainOptions& options,
                        const FitOptions& fitting);

/// "arrow_of_time .812, permutation .655 (chance .500)"
std::string sentence(const std::vector<PretextScore>& scores);

/// What `pretrain` would refuse before it trains; no windows are loaded. Draws no weights that stay.
/// @throws Error
void check_pretraining(const Graph& graph, const PretrainOptions& options, const FitOptions& fitting);

}  // namespace lathe
