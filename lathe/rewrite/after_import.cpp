#include "lathe/rewrite/after_import.h"

#include <algorithm>

#include "lathe/graph/verify.h"
#include "lathe/rewrite/merge_padding.h"
#include "lathe/rewrite/take_out.h"

namespace lathe {

static bool adds_a_channel(const Node& node) {
  return node.op->kind() == "unsqueeze" && node.op->attributes().list("axes") == std::vector<int64_t>{1};
}

bool add_signal_channel(Graph& graph) {
  Graph edited = clone(graph);
  const std::vector<Shape> all = shapes(edited);
  std::vector<int> gone;
  for (const int input : edited.inputs()) {
    const std::vector<int> readers = edited.readers(input);
    const bool only = !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](int reader) {
      return adds_a_channel(edited.nodes[static_cast<size_t>(reader)]);
    });
    const bool output = std::find(edited.outputs.begin(), edited.outputs.end(), input) != edited.outputs.end();
    const Shape& shape = all[static_cast<size_t>(input)];
    if (!only || output || shape.rank() != 2) continue;
    edited.nodes[static_cast<size_t>(input)].op = std::make_shared<InputOp>(Shape{1, shape[1]});
    gone.insert(gone.end(), readers.begin(), readers.end());
  }
  if (gone.empty()) return false;
  take_out(edited, gone);
  verify(edited);
  graph = std::move(edited);
  return true;
}

void after_import(Graph& graph) {
  merge_padding(graph);
  add_signal_channel(graph);
}

}  // namespace lathe
