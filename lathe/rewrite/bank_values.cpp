#include "lathe/rewrite/bank_values.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <cmath>

namespace lathe {
namespace {

std::vector<double> to_doubles(const Tensor& values) {
  const Tensor flat = values.detach().to(at::kCPU, at::kDouble).contiguous().flatten();
  const double* data = flat.const_data_ptr<double>();
  return {data, data + flat.numel()};
}

void assign(const Tensor& target, const std::vector<double>& values) {
  const at::NoGradGuard no_gradients;
  target.copy_(at::tensor(values, at::kDouble).view(target.sizes()));
}

Tensor column_of(const Graph& graph, const KernelBank& bank, size_t kernel) {
  return graph.nodes[static_cast<size_t>(bank.reader)].params["weight"].select(1, bank.columns[kernel]);
}

}  // namespace

double norm(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

double mean_magnitude(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value);
  return sum / static_cast<double>(values.size());
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
  double dot = 0;
  for (size_t i = 0; i < a.size(); ++i) dot += a[i] * b[i];
  const double scale = norm(a) * norm(b);
  return scale > 0 ? dot / scale : 0;
}

double BankValues::contribution(size_t kernel) const { return norm(columns[kernel]) * mean_magnitude(taps[kernel]); }

BankValues read_bank(const Graph& graph, const KernelBank& bank) {
  const Node& conv = graph.nodes[static_cast<size_t>(bank.conv)];
  BankValues values;
  const auto count = static_cast<size_t>(conv.params["weight"].size(0));
  values.bias = conv.params.has("bias") ? to_doubles(conv.params["bias"]) : std::vector<double>(count, 0);
  for (size_t kernel = 0; kernel < count; ++kernel) {
    values.taps.push_back(to_doubles(conv.params["weight"].select(0, static_cast<int64_t>(kernel))));
    values.columns.push_back(to_doubles(column_of(graph, bank, kernel)));
  }
  return values;
}

void write_bank(Graph& graph, const KernelBank& bank, const BankValues& values) {
  const at::NoGradGuard no_gradients;
  const Node& conv = graph.nodes[static_cast<size_t>(bank.conv)];
  if (conv.params.has("bias")) assign(conv.params["bias"], values.bias);
  for (size_t kernel = 0; kernel < values.taps.size(); ++kernel) {
    assign(conv.params["weight"].select(0, static_cast<int64_t>(kernel)), values.taps[kernel]);
    assign(column_of(graph, bank, kernel), values.columns[kernel]);
  }
}

std::vector<double> ratio_per_bank(const std::vector<double>& ratio, size_t banks) {
  check(ratio.size() == 1 || ratio.size() == banks, "merge: {} ratios for {} kernel banks (expected one, or one a bank)",
        ratio.size(), banks);
  for (const double one : ratio) check(one >= 0 && one < 1, "merge: ratio {} (expected at least 0 and below 1)", one);
  return ratio.size() == banks ? ratio : std::vector<double>(banks, ratio[0]);
}

}  // namespace lathe
