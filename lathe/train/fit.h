/// The training loop: batches, gradients, clipping, schedule, history, checkpoints. Knows no data format and no method.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lathe/graph/graph.h"
#include "lathe/train/batches.h"
#include "lathe/train/history.h"
#include "lathe/train/loss.h"
#include "lathe/train/optimizer.h"
#include "lathe/train/regularizer.h"
#include "lathe/train/schedule.h"

namespace lathe {

/// What a step tells whoever shows progress.
struct StepReport {
  int64_t step = 0, steps = 0;    ///< 1 for the first; all of the training
  int64_t epoch = 0, epochs = 0;  ///< 1 for the first
  double loss = 0;                ///< before this step's update
  double learning_rate = 0;
  double gradient_norm = 0;  ///< before clipping
  double rows_per_second = 0;
  double eta_seconds = 0;
};

/// What is watched on the validation rows after every epoch, and what follows from it.
struct Watch {
  std::string name = "loss";  ///< of what is watched, for people
  bool larger_is_better = false;
  std::function<double(const Graph&)> value = nullptr;  ///< null: the loss on the validation rows; NaN is never better
  int64_t patience = 0;       ///< epochs without a better one after which training ends; 0: it goes to its end
  double min_delta = 0;       ///< by how much an epoch must be better to count
  bool restore_best = false;  ///< training ends with the weights of the best epoch, not with the last ones
};

class TrainingCallback;

struct FitOptions {
  LossOptions loss = {};
  std::shared_ptr<const Objective> objective = nullptr;  ///< what steps make small instead of `loss`, which validates
  Watch watch = {};                                      ///< counts with validation rows
  OptimizerOptions optimizer = {};
  ScheduleOptions schedule = {};
  std::shared_ptr<Regularizer> regularizer = nullptr;    ///< adds to the gradients of every step; none: nothing
  std::shared_ptr<TrainingCallback> callback = nullptr;  ///< looks at layers and changes weights (train/callback.h)
  OptimizerState state = {};           ///< what the optimiser remembers of an earlier training; empty: it begins anew
  std::string schedule_per = "epoch";  ///< epoch | step: the schedule's unit of time
  int64_t epochs = 1;
  int64_t batch = 0;       ///< rows a step; 0: all. The last batch of an epoch may be short; no row is dropped
  int64_t accumulate = 1;  ///< parts in which a batch is computed, for less memory; the gradient stays the same
  bool shuffle = true;     ///< mini-batches: another order every epoch, which follows from `seed` and the epoch alone
  int64_t shuffle_buffer = 0;  ///< rows that shuffling holds back, for a file on a slow disk; 0: all are shuffled
  double clip_norm = 0;        ///< greatest norm of all gradients together; 0: off
  double clip_value = 0;       ///< greatest magnitude of one gradient value; 0: off
  std::vector<std::string> freeze = {};  ///< globs of what stays as it is in this training (graph/freeze.h)
  uint64_t seed = 0;
  std::string kernel_method = "auto";  ///< auto | direct | fft: how banks of learned kernels are computed on the CPU

  std::filesystem::path folder = {};  ///< gets history.csv and checkpoints/last.safetensors; empty: no files
  bool resume = false;                ///< go on from the checkpoint, or start where there is none
  double checkpoint_seconds = 10;     ///< time between checkpoints; 0: no checkpoints by time
  int64_t checkpoint_steps = 0;       ///< steps between checkpoints; 0: no checkpoints by steps
  std::string data_id = {};           ///< what else must be the same when a run is resumed: a hash of the data

  std::function<void(const StepReport&)> on_step = nullptr;
  std::function<bool()> stop_requested = nullptr;  ///< asked after every step; true: write a checkpoint and stop
};

struct FitReport {
  std::vector<HistoryRow> history;
  int64_t epochs = 0, steps = 0;
  double loss = 0;     ///< of the last epoch
  double seconds = 0;  ///< training time, interruptions left out
  double epoch_seconds_median = 0;
  int64_t resumed_from_step = 0;  ///< 0: started from the beginning
  int64_t best_epoch = 0;         ///< by what was watched; 0: nothing was
  double best_value = 0;          ///< of that epoch
  bool stopped_early = false;
  OptimizerState state = {};  ///< for a training that goes on from this one
};

/// Trains the graph's parameters in place; frozen ones stay. Moves batches to the parameters' device.
/// Same seed, one thread, CPU: the same bytes, however often the run was stopped and resumed.
/// @throws Error (interrupted) after stop_requested; Error when loss or gradient are not finite, when nothing trains,
/// or
///         when the checkpoint belongs to other settings or cannot be read
FitReport fit(Graph& graph, const BatchSource& train, const FitOptions& options,
              const BatchSource* validation = nullptr);

}  // namespace lathe
