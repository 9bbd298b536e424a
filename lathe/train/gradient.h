/// The gradient of one batch: forward, backward, put together from parts, clipped. Updates nothing but gradients.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lathe/exec/run.h"
#include "lathe/graph/graph.h"
#include "lathe/train/batches.h"
#include "lathe/train/loss.h"

namespace lathe {

struct GradientOptions {
  int64_t accumulate = 1;              ///< parts of the batch that are computed one after the other
  double clip_norm = 0;                ///< applied first; 0: off
  double clip_value = 0;               ///< 0: off
  std::span<const int64_t> next = {};  ///< rows that the source may read while these are computed
  std::vector<std::string> taps = {};  ///< nodes whose outputs `look` wants, besides those that the objective wants
  std::function<void(const RunResult&)> look = nullptr;  ///< called for every part, without gradients
};

struct Gradient {
  double loss = 0;    ///< mean over the batch
  double weight = 0;  ///< what the mean was divided by
  double norm = 0;    ///< of all gradients together, before clipping
};

/// The device that the graph's parameters lie on; the CPU where it has none.
at::Device device_of(const Graph& graph);

/// Leaves the gradient of the mean loss over `rows` in the graph's parameters. The parts count by their weight, so the
/// gradient is the undivided batch's also where the rows do not divide; batch norm alone sees the parts one by one.
Gradient gradient(Graph& graph, const Objective& objective, const BatchSource& source, std::span<const int64_t> rows,
                  const GradientOptions& options);

/// The mean loss over all rows of a source in inference mode, without gradients.
double mean_loss(const Graph& graph, const Loss& loss, const BatchSource& source, int64_t batch);

}  // namespace lathe
