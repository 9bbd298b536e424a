/// What goes on beside the steps of a training: it looks at layers while they run, and changes weights between updates.
/// Knows no method: those are in sparsify/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lathe/exec/run.h"
#include "lathe/train/optimizer.h"

namespace lathe {

/// Where a training stands, for what acts on a schedule.
struct TrainingTime {
  int64_t step = 0;         ///< 1 for the first
  int64_t epoch_steps = 0;  ///< of an epoch
  int64_t steps = 0;        ///< of the whole training
};

class TrainingCallback {
 public:
  virtual ~TrainingCallback() = default;
  /// When training begins, or goes on: then load_state follows, and the graph's weights are those of the checkpoint.
  virtual void begin(Graph& graph, bool resumed) = 0;
  /// Nodes whose outputs `look` wants to see in this step.
  virtual std::vector<std::string> taps(const TrainingTime&) const { return {}; }
  /// For every part of the step's batch; `result` holds those outputs.
  virtual void look(const RunResult&) {}
  /// The gradients are there, clipped.
  virtual void before_update(Graph&, const TrainingTime&) {}
  virtual void after_update(Graph&, const OptimizerState&, const TrainingTime&) {}
  /// Whether the network is by now what it is to become: only then can an epoch be the best one, or the last for want
  /// of a better one.
  virtual bool settled(const TrainingTime&) const { return true; }
  /// All settings as text by name, to tell one training from another.
  virtual std::map<std::string, std::string> settings() const = 0;
  /// What must be the same after a resume.
  virtual std::map<std::string, Tensor> state() const { return {}; }
  /// @throws Error when it does not fit the graph
  virtual void load_state(const std::map<std::string, Tensor>&) {}
};

}  // namespace lathe
