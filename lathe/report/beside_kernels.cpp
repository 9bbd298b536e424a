#include "lathe/report/beside_kernels.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

namespace lathe {
namespace {

/// Nodes that something of the banks flows into.
std::vector<bool> behind_banks(const Graph& graph, const std::vector<KernelBank>& banks) {
  std::vector<bool> behind(graph.nodes.size());
  for (const KernelBank& bank : banks) behind[static_cast<size_t>(bank.conv)] = true;
  for (size_t i = 0; i < behind.size(); ++i)
    for (const int input : graph.nodes[i].inputs) behind[i] = behind[i] || behind[static_cast<size_t>(input)];
  return behind;
}

/// The nodes that join the banks from elsewhere, with "and" between.
std::string branch_names(const Graph& graph, const std::vector<KernelBank>& banks) {
  const std::vector<bool> behind = behind_banks(graph, banks);
  std::string names;
  for (size_t i = 0; i < behind.size(); ++i) {
    const bool is_conv = std::any_of(banks.begin(), banks.end(),
                                     [&](const KernelBank& bank) { return bank.conv == static_cast<int>(i); });
    if (!behind[i] || is_conv) continue;
    for (const int input : graph.nodes[i].inputs)
      if (!behind[static_cast<size_t>(input)])
        names += (names.empty() ? "" : " and ") + graph.nodes[static_cast<size_t>(input)].name;
  }
  return names;
}

}  // namespace

std::optional<BesideKernels> beside_kernels(const Graph& graph, const std::vector<KernelBank>& banks) {
  if (banks.empty() || graph.outputs != std::vector<int>{banks[0].reader}) return std::nullopt;
  const Node& reader = graph.nodes[static_cast<size_t>(banks[0].reader)];
  const Tensor weight = reader.params["weight"];
  if (!weight.defined() || weight.dim() != 2 || reader.inputs.size() != 1) return std::nullopt;
  std::vector<bool> of_kernel(static_cast<size_t>(weight.size(1)));
  for (const KernelBank& bank : banks) {
    if (bank.reader != banks[0].reader) return std::nullopt;
    for (const int64_t column : bank.columns) of_kernel[static_cast<size_t>(column)] = true;
  }
  BesideKernels beside{branch_names(graph, banks), banks[0].reader, reader.inputs[0], {}};
  for (size_t column = 0; column < of_kernel.size(); ++column)
    if (!of_kernel[column]) beside.columns.push_back(static_cast<int64_t>(column));
  if (beside.columns.empty() || beside.branch.empty()) return std::nullopt;
  return beside;
}

double share_beside(const Graph& graph, const BesideKernels& beside, const Tensor& features, int64_t output) {
  const Tensor weight = graph.nodes[static_cast<size_t>(beside.reader)].params["weight"];
  const Tensor parts = features.flatten().mul(weight.select(0, output)).abs().to(at::kCPU, at::kDouble);
  const double all = parts.sum().item<double>();
  return all > 0 ? parts.index_select(0, at::tensor(beside.columns, at::kLong)).sum().item<double>() / all : 0;
}

}  // namespace lathe
