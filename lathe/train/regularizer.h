/// Adds to the gradients of a step what no loss says. Knows no method: those are in prune/regularizers.
#pragma once

#include <map>
#include <string>

#include "lathe/graph/graph.h"

namespace lathe {

class Regularizer {
 public:
  virtual ~Regularizer() = default;
  /// Called when training begins or goes on, with the graph as it is then.
  virtual void begin(const Graph& graph) = 0;
  /// After the loss's gradient was taken and clipped, before the update.
  virtual void add_to_gradients(Graph& graph) = 0;
  virtual void end_epoch(const Graph&) {}
  /// All settings as text, to tell one training from another.
  virtual std::string settings() const = 0;
  /// What must be the same after a resume. Loaded after `begin`.
  virtual std::map<std::string, Tensor> state() const { return {}; }
  /// @throws Error when it does not fit the graph
  virtual void load_state(const std::map<std::string, Tensor>&) {}
};

}  // namespace lathe
