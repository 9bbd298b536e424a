/// How long a graph takes on this machine, measured: unlike cost, which counts.
#pragma once

#include <cstdint>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct LatencyOptions {
  std::vector<Shape> inputs = {};  ///< one an input, without the batch; empty: the nominal ones
  int64_t batch = 1;
  int threads = 0;               ///< 0: as many as are set
  int64_t least_runs = 30;       ///< measured runs, and
  double least_seconds = 1;      ///< seconds, whichever takes longer; but
  double most_seconds = 10;      ///< nothing starts later than that, as long as there are three runs
  double warm_up_seconds = 0.2;  ///< run before and not counted, twice at least
};

struct Latency {
  int64_t batch = 0;
  int threads = 0;
  int64_t runs = 0;
  double median_seconds = 0;                        ///< of one run on the whole batch
  double tenth_seconds = 0, ninetieth_seconds = 0;  ///< a tenth of the runs is quicker, a tenth slower
};

/// Runs `graph` on noise at inference, without gradients. The number of threads is set for the measurement alone.
Latency latency(const Graph& graph, const LatencyOptions& options = {});

/// The most memory that this process has held so far, LibTorch itself included; 0 where the system does not say.
int64_t peak_process_bytes();

}  // namespace lathe
