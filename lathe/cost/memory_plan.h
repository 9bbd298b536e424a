/// Where every activation lives: lifetimes and offsets in one arena. The report's peak RAM and generated code both come
/// from it.
#pragma once

#include <cstdint>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct Buffer {
  int first = 0;  ///< node that writes it; 0 for a graph input
  int last = 0;   ///< last node that reads it; the number of nodes for a graph output
  int64_t bytes = 0;
  int64_t offset_bytes = 0;
  std::vector<int> nodes;  ///< nodes whose outputs share it (in-place ops follow their input)
};

struct MemoryPlan {
  std::vector<Buffer> buffers;
  std::vector<int> buffer_of;  ///< a node's place in `buffers`
  int64_t peak_bytes = 0;      ///< the largest sum of buffers alive at once: no plan can need less
  int64_t arena_bytes = 0;     ///< what this plan needs; at least peak_bytes
};

/// Plans batch-1 inference: graph inputs and outputs included, float32 unless `value_bytes` says otherwise.
/// Placement is first fit, largest buffer first; 16-byte alignment.
MemoryPlan memory_plan(const Graph& graph, const std::vector<Shape>& shapes, int64_t value_bytes = 4);

}  // namespace lathe
