#include "lathe/graph/print.h"

#include <algorithm>

#include "lathe/base/text.h"

namespace lathe {

int64_t parameter_count(const Node& node) {
  int64_t count = 0;
  for (const Param& param : node.params)
    if (!param.buffer) count += param.value.numel();
  return count;
}

int64_t parameter_count(const Graph& graph) {
  int64_t count = 0;
  for (const Node& node : graph.nodes) count += parameter_count(node);
  return count;
}

std::string print(const Graph& graph) {
  const std::vector<Shape> all = shapes(graph);
  size_t widest = 4;
  for (const Node& node : graph.nodes) widest = std::max(widest, node.name.size());
  std::string text;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<std::string> from;
    for (const int input : node.inputs) from.push_back(graph.nodes[static_cast<size_t>(input)].name);
    const bool is_output = std::find(graph.outputs.begin(), graph.outputs.end(), static_cast<int>(i)) !=
                           graph.outputs.end();
    text += fmt::format("{:<{}}  {:<12} {:<16} {:>10}  {}{}{}\n", node.name, widest, node.op->kind(), all[i].text(),
                        with_commas(parameter_count(node)), from.empty() ? "" : "<- " + join(from),
                        node.params.empty() ? "" : "  " + node.op->attributes().text(), is_output ? "  (output)" : "");
  }
  return text + fmt::format("{} nodes, {} parameters\n", graph.nodes.size(), with_commas(parameter_count(graph)));
}

}  // namespace lathe
