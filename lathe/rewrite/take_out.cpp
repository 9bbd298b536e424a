#include "lathe/rewrite/take_out.h"

#include <algorithm>

namespace lathe {

void take_out(Graph& graph, const std::vector<int>& places) {
  std::vector<int> now(graph.nodes.size());  // a node's place afterwards; for one that goes, its input's
  std::vector<Node> kept;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    for (int& input : node.inputs) input = now[static_cast<size_t>(input)];
    if (std::find(places.begin(), places.end(), static_cast<int>(i)) != places.end()) {
      now[i] = node.inputs.at(0);
    } else {
      now[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(node));
    }
  }
  for (int& output : graph.outputs) output = now[static_cast<size_t>(output)];
  graph.nodes = std::move(kept);
}

}  // namespace lathe
