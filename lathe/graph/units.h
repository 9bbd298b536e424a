/// Which channels can only be removed together, and their removal. Serves kernel merging and all pruning.
///
/// Every channel of every node's output and of every tied parameter axis is numbered; the ties of the ops unite them; each
/// class is one unit. Worked example: conv a (1→2) and conv b (1→2) are added and read by conv c (2→1). The units are
/// {a.weight:0[0], a.bias:0[0], b.weight:0[0], b.bias:0[0], c.weight:1[0]} and the same with [1]; c's own output channel
/// is a graph output and therefore pinned.
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// One entry along one axis of one parameter.
struct Slice {
  int node = 0;
  std::string param;
  int64_t axis = 0;
  int64_t entry = 0;
  bool operator==(const Slice&) const = default;
  auto operator<=>(const Slice&) const = default;
};

/// A channel of a node's output.
struct Channel {
  int node = 0;
  int64_t channel = 0;
  bool operator==(const Channel&) const = default;
};

struct Unit {
  std::vector<Slice> slices;      ///< what is cut from the parameters, in graph order
  std::vector<Channel> channels;  ///< the output channels that vanish
  bool pinned = false;            ///< touches a graph input or output, or an axis that no tie can shrink
  bool exact = true;              ///< removing it changes nothing once nobody reads it
  int64_t parameters = 0;         ///< values that go when this unit alone goes
};

/// All units, in the order of their first channel.
std::vector<Unit> units(const Graph& graph);

/// Removes the units: slices parameters and buffers; names and topology stay.
/// @param graph  edited in place; untouched if this throws
/// @throws Error when a unit is pinned, or a layer would be left without channels
void remove(Graph& graph, const std::vector<Unit>& doomed);

}  // namespace lathe
