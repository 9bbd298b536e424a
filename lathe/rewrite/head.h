/// The classifier at a network's end: where it begins, a new one in its place, several beside one another.
///
/// Before: input -> trunk -> features -> classifier.linear1 -> classifier.relu -> classifier.linear2
/// After:  input -> trunk -> features -> the new layers
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

/// The node in front of the classifier: what the last linear layers read, [N, F]. Activations, dropout, batch norm and
/// softmax between them are the classifier's. Several outputs must read the same node.
/// @throws Error that names what to give as `features` where no linear layer ends the network, where there is nothing
/// else in it, or where outputs read different nodes
std::string feature_node(const Graph& graph);

/// The nodes behind `features` (feature_node's where it is empty), in the graph's order: the classifier's, or all
/// heads'.
/// @throws Error also for a node that is not there
std::vector<std::string> head_nodes(const Graph& graph, const std::string& features = "");

struct HeadOptions {
  std::string features = {};           ///< the node that the classifier reads; empty: feature_node's
  int64_t classes = 2;                 ///< outputs
  std::optional<int64_t> hidden = {};  ///< 0: one linear layer; else linear, ReLU, linear; unset: as the old one was
};

/// Cuts what is behind `features` and puts a classifier there that gives logits, with weights as PyTorch draws them,
/// on the network's device. Layers are called as the old ones that they stand for ("classifier.linear2", "fc"); a new
/// chain is "classifier.linear1", "classifier.relu", "classifier.linear2". A node with spatial axes is averaged over
/// them first. Other outputs, and what only they read, go.
/// @param graph  edited in place; untouched if this throws
void replace_head(Graph& graph, const HeadOptions& options);

struct HeadSpec {
  std::string name;  ///< of the linear layer: "aot_h.linear1"
  int64_t outputs = 2;
};

/// The network up to `features`, whose tensors are shared with `graph`, and behind it one linear layer a spec, which
/// are the outputs in that order. A linear layer of the name that is there already stays with its weights.
/// @param features  empty: feature_node's
/// @throws Error for a name that another node has, or a layer of that name with another input or number of outputs
Graph with_heads(const Graph& graph, const std::string& features, const std::vector<HeadSpec>& heads);

}  // namespace lathe
