/// Takes out the channels that sparse weights left dead: nobody reads them, or nothing flows into them. The function
/// stays the same at inference.
///
/// Before: y = W · relu(V · x + b), column i of W is 0, or row j of V is 0 (channel j is relu(b_j), whatever x)
/// After:  column i and row i are gone; so are column j and row j, and W's bias holds W_j · relu(b_j)
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lathe/graph/units.h"

namespace lathe {

struct CompactReport {
  int64_t unread = 0;    ///< channels that nobody read
  int64_t constant = 0;  ///< channels that said the same whatever came in: now in the biases behind them
  int64_t kept = 0;      ///< such channels that stay, for a padded convolution reads them, or they are a layer's last
  int64_t parameters_before = 0, parameters_after = 0;
};

/// What is about to go, of the graph as it is then: for optimisers that must shrink along.
using Removing = std::function<void(const Graph& graph, const std::vector<Unit>& removed)>;

/// Channels go as ties say, in all layers that carry them; what becomes dead by that goes too.
/// @param graph     edited in place; untouched if this throws
/// @param removing  called once a round
CompactReport compact(Graph& graph, const Removing& removing = nullptr);

/// "took out 12 channels that nobody read and 3 that were constant: 99,710 parameters became 41,020"
std::string sentence(const CompactReport& report);

}  // namespace lathe
