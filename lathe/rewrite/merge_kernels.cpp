#include "lathe/rewrite/merge_kernels.h"


#include <cmath>

#include "lathe/graph/print.h"
#include "lathe/rewrite/bank_values.h"

namespace lathe {
namespace {

/// Every pair's cosine, once: the taps of a kept kernel do not change, so it stays true.
std::vector<std::vector<double>> similarities(const BankValues& bank) {
  const size_t count = bank.taps.size();
  std::vector<std::vector<double>> table(count, std::vector<double>(count, -1));
  for (size_t i = 0; i < count; ++i)
    for (size_t j = i + 1; j < count; ++j) table[i][j] = table[j][i] = cosine(bank.taps[i], bank.taps[j]);
  return table;
}

/// Moves what `gone` adds to the sum over to `kept`.
void merge_pair(BankValues& bank, size_t kept, size_t gone) {
  const double size_kept = mean_magnitude(bank.taps[kept]), size_gone = mean_magnitude(bank.taps[gone]);
  const double share_kept = bank.contribution(kept), share_gone = bank.contribution(gone);
  const double scale = size_gone / size_kept;
  if (share_kept + share_gone > 0)
    bank.bias[kept] = (share_kept * bank.bias[kept] / norm(bank.taps[kept]) +
                       share_gone * bank.bias[gone] / norm(bank.taps[gone])) /
                      (share_kept + share_gone) * norm(bank.taps[kept]);
  for (size_t output = 0; output < bank.columns[kept].size(); ++output)
    bank.columns[kept][output] += scale * bank.columns[gone][output];
}

struct Choice {
  size_t a = 0, b = 0;
  double similarity = -1;
};

Choice most_similar(const std::vector<std::vector<double>>& table, const std::vector<bool>& alive) {
  Choice best;
  for (size_t i = 0; i < alive.size(); ++i)
    for (size_t j = i + 1; j < alive.size(); ++j)
      if (alive[i] && alive[j] && table[i][j] > best.similarity) best = {i, j, table[i][j]};
  return best;
}

}  // namespace

MergeReport merge_kernels(Graph& graph, const MergeOptions& options) {
  if (options.compat) return merge_kernels_as_published(graph, options);
  Graph edited = clone(graph);
  const std::vector<KernelBank> banks = require_kernel_banks(edited, "merge");
  const std::vector<double> ratios = ratio_per_bank(options.ratio, banks.size());
  MergeReport report;
  report.parameters_before = parameter_count(graph);
  std::vector<Unit> doomed;
  for (size_t b = 0; b < banks.size(); ++b) {
    BankValues bank = read_bank(edited, banks[b]);
    const std::vector<std::vector<double>> table = similarities(bank);
    std::vector<bool> alive(bank.taps.size(), true);
    const auto wanted = static_cast<int64_t>(std::floor(static_cast<double>(alive.size()) * ratios[b]));
    for (int64_t merged = 0; merged < wanted; ++merged) {
      const Choice pair = most_similar(table, alive);
      if (pair.similarity <= 0 || pair.similarity < options.min_similarity) break;
      const bool first_stays = bank.contribution(pair.a) >= bank.contribution(pair.b);
      const size_t kept = first_stays ? pair.a : pair.b, gone = first_stays ? pair.b : pair.a;
      merge_pair(bank, kept, gone);
      alive[gone] = false;
      doomed.push_back(banks[b].kernels[gone]);
      report.pairs.push_back({edited.nodes[static_cast<size_t>(banks[b].conv)].name, static_cast<int64_t>(kept),
                              static_cast<int64_t>(gone), pair.similarity});
    }
    write_bank(edited, banks[b], bank);
    report.kernels_before += static_cast<int64_t>(alive.size());
  }
  remove(edited, doomed);
  report.kernels_after = report.kernels_before - static_cast<int64_t>(doomed.size());
  report.parameters_after = parameter_count(edited);
  graph = std::move(edited);
  return report;
}

}  // namespace lathe
