/// The state of a training in one file, from which it goes on bit for bit. Not a model file: it holds no graph.
#pragma once

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lathe/graph/graph.h"
#include "lathe/train/callback.h"
#include "lathe/train/history.h"
#include "lathe/train/optimizer.h"
#include "lathe/train/regularizer.h"
#include "lathe/train/schedule.h"

namespace lathe {

/// Where a training stands, besides tensors. What a checkpoint must carry on is a member here and nowhere else.
struct Progress {
  int64_t epoch = 0;                                             ///< whole epochs done
  int64_t batch = 0;                                             ///< batches of the current epoch done
  int64_t step = 0;                                              ///< optimiser steps done
  double loss_sum = 0;                                           ///< of the current epoch, weighted
  double weight_sum = 0;                                         ///< the weights of loss_sum
  double seconds = 0;                                            ///< training time so far
  int64_t best_epoch = 0;                                        ///< the best so far by what is watched; 0: none yet
  double best_value = std::numeric_limits<double>::quiet_NaN();  ///< of that epoch
  bool finished = false;
  std::vector<double> schedule;  ///< Schedule::state
  std::vector<HistoryRow> history;
  std::map<std::string, at::Tensor> regularizer;  ///< Regularizer::state
  std::map<std::string, at::Tensor> callback;     ///< TrainingCallback::state
  std::map<std::string, at::Tensor> best;         ///< parameters and buffers of the best epoch, where they are kept
};

/// How long the training is: what a Progress is held against.
struct Extent {
  int64_t epochs = 0;
  int64_t batches = 0;   ///< of an epoch
  int64_t patience = 0;  ///< epochs without a better one after which it ends; 0: never early
};

/// What a checkpoint is brought back into.
struct CheckpointTarget {
  Graph& graph;
  Optimizer& optimizer;
  Schedule& schedule;
  Extent extent = {};
  Regularizer* regularizer = nullptr;
  TrainingCallback* callback = nullptr;
};

/// Settings that must be the same for a resumed run to be the same run: readable names and values.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;

/// Writes parameters, buffers, optimiser, the CPU generator and progress; the old checkpoint or the new one stands.
void save_checkpoint(const std::filesystem::path& path, const Graph& graph, const Optimizer& optimizer,
                     const Progress& progress, const Fingerprint& settings);

/// Brings all of it back; the graph's tensors are overwritten in place, the CPU generator is set.
/// @throws Error "PATH: …" when the file is none of ours or damaged, when a number in it cannot be, or names the
/// settings that differ
Progress load_checkpoint(const std::filesystem::path& path, const CheckpointTarget& target,
                         const Fingerprint& settings);

/// Refuses a progress that no training of this extent can have reached, and an optimiser state that no step leaves.
/// @throws Error that names what cannot be
void verify_progress(const Progress& progress, const Extent& extent);
void verify_state(const OptimizerState& state, const Graph& graph, const Optimizer& optimizer, int64_t steps);

}  // namespace lathe
