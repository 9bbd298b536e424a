#include "lathe/rewrite/kernel_banks.h"

#include <map>
#include <optional>
#include <set>

namespace lathe {
namespace {

bool is_any(const Node& node, std::initializer_list<std::string_view> kinds) {
  for (const std::string_view kind : kinds)
    if (node.op->kind() == kind) return true;
  return false;
}

/// Where this kernel is read, when its unit has a bank's form.
std::optional<Slice> reader_of(const Graph& graph, const Unit& unit, int conv) {
  if (unit.pinned || !unit.exact) return std::nullopt;
  for (const Channel& channel : unit.channels) {
    const Node& node = graph.nodes[static_cast<size_t>(channel.node)];
    if (channel.node != conv && !is_any(node, {"relu", "leaky_relu", "concat", "global_average_pool"}))
      return std::nullopt;
  }
  std::optional<Slice> reader;
  for (const Slice& slice : unit.slices) {
    if (slice.node == conv) continue;
    if (reader || slice.param != "weight" || slice.axis != 1) return std::nullopt;
    reader = slice;
  }
  return reader;
}

/// What the reader multiplies a kernel by is one number an output: no kernel of its own.
bool is_weighted_sum(const Node& node) {
  const Tensor& weight = node.params["weight"];
  return is_any(node, {"weighted_sum", "linear", "conv"}) && weight.numel() == weight.size(0) * weight.size(1);
}

std::optional<KernelBank> bank_at(const Graph& graph, int conv, const std::map<int64_t, const Unit*>& by_channel) {
  const Node& node = graph.nodes[static_cast<size_t>(conv)];
  const std::vector<int> readers = graph.readers(conv);
  if (readers.size() != 1 || !is_any(graph.nodes[static_cast<size_t>(readers[0])], {"relu", "leaky_relu"}))
    return std::nullopt;
  KernelBank bank{conv, readers[0], -1, {}, {}};
  for (int64_t kernel = 0; kernel < node.params["weight"].size(0); ++kernel) {
    const auto unit = by_channel.find(kernel);
    if (unit == by_channel.end()) return std::nullopt;
    const auto reader = reader_of(graph, *unit->second, conv);
    if (!reader || (kernel > 0 && reader->node != bank.reader)) return std::nullopt;
    bank.reader = reader->node;
    bank.kernels.push_back(*unit->second);
    bank.columns.push_back(reader->entry);
  }
  if (!is_weighted_sum(graph.nodes[static_cast<size_t>(bank.reader)])) return std::nullopt;
  return bank;
}

}  // namespace

std::vector<KernelBank> kernel_banks(const Graph& graph) {
  const std::vector<Unit> all = units(graph);
  std::map<int, std::map<int64_t, const Unit*>> by_node;
  for (const Unit& unit : all)
    for (const Channel& channel : unit.channels) by_node[channel.node][channel.channel] = &unit;
  std::vector<KernelBank> banks;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!is_any(node, {"conv"}) || node.params["weight"].size(1) != 1) continue;
    if (auto bank = bank_at(graph, static_cast<int>(i), by_node[static_cast<int>(i)])) banks.push_back(*bank);
  }
  return banks;
}

std::vector<KernelBank> require_kernel_banks(const Graph& graph, std::string_view who) {
  std::vector<KernelBank> banks = kernel_banks(graph);
  if (banks.empty())
    fail_as(ExitCode::unsupported,
            "{}: the graph has no kernel bank (expected a conv on one channel, then relu or leaky_relu, then a weighted sum, "
            "1x1 conv or linear)",
            who);
  return banks;
}

}  // namespace lathe
