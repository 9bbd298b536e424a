#include "lathe/rewrite/merge_padding.h"

#include <algorithm>
#include <optional>

#include "lathe/graph/verify.h"
#include "lathe/ops/op_registry.h"
#include "lathe/rewrite/take_out.h"

namespace lathe {
namespace {

constexpr std::string_view kHosts[] = {"conv", "fir"};  // ops with `padding` and `padding_mode`

bool is_zero(const std::vector<int64_t>& values) {
  return std::all_of(values.begin(), values.end(), [](int64_t value) { return value == 0; });
}

/// The settings of a node that reads a padding node, with the padding in them; nothing where it cannot pad so.
std::optional<Attributes> with_padding(const Node& reader, const Attributes& pad) {
  if (std::find(std::begin(kHosts), std::end(kHosts), reader.op->kind()) == std::end(kHosts)) return std::nullopt;
  Attributes settings = reader.op->attributes();
  std::vector<int64_t> padding = settings.list("padding");
  const std::vector<int64_t>& more = pad.list("padding");
  const std::string& mode = pad.word("mode");
  const bool own = !is_zero(padding);
  const bool zeros = mode == "constant" && pad.real("value") == 0 && (!own || settings.word("padding_mode") == "zeros");
  const bool circular = mode == "circular" && !own;
  if ((!zeros && !circular) || padding.size() != more.size()) return std::nullopt;
  for (size_t side = 0; side < padding.size(); ++side) padding[side] += more[side];
  settings.set("padding", padding);
  settings.set("padding_mode", std::string(zeros ? "zeros" : "circular"));
  return settings;
}

/// The new ops of the readers; empty where one of them cannot pad so, or the padded values are wanted themselves.
std::vector<OpPtr> ops_with_padding(const Graph& graph, int pad, const std::vector<int>& readers) {
  if (std::find(graph.outputs.begin(), graph.outputs.end(), pad) != graph.outputs.end()) return {};
  const Attributes padding = graph.nodes[static_cast<size_t>(pad)].op->attributes();
  std::vector<OpPtr> made;
  for (const int place : readers) {
    const Node& reader = graph.nodes[static_cast<size_t>(place)];
    const std::optional<Attributes> settings = with_padding(reader, padding);
    if (!settings) return {};
    made.push_back(ops().at(reader.op->kind()).make(*settings));
  }
  return made;
}

}  // namespace

std::vector<std::string> merge_padding(Graph& graph) {
  Graph edited = clone(graph);
  std::vector<std::string> names;
  // From the back, one after the other: where two paddings follow each other, the first one then finds the convolution.
  for (int i = static_cast<int>(edited.nodes.size()); i-- > 0;) {
    const Node& node = edited.nodes[static_cast<size_t>(i)];
    if (node.op->kind() != "pad") continue;
    const std::vector<int> readers = edited.readers(i);
    const std::vector<OpPtr> made = ops_with_padding(edited, i, readers);
    if (made.empty()) continue;
    names.insert(names.begin(), node.name);
    for (size_t j = 0; j < readers.size(); ++j) edited.nodes[static_cast<size_t>(readers[j])].op = made[j];
    take_out(edited, {i});
  }
  verify(edited);
  graph = std::move(edited);
  return names;
}

}  // namespace lathe
