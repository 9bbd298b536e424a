/// The published merge rule with its defects, so that published figures can be compared; never the default.
#include <algorithm>

#include "lathe/graph/print.h"
#include "lathe/rewrite/bank_values.h"
#include "lathe/rewrite/merge_kernels.h"

namespace lathe {
namespace {

constexpr double kSentinel = 1e-5;  // the published mark of a removed kernel, recognised by comparison afterwards

struct Pair {
  size_t first, second;
  double similarity;
};

/// All pairs from the least to the most similar.
std::vector<Pair> ranked_pairs(const BankValues& bank) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < bank.taps.size(); ++i)
    for (size_t j = i + 1; j < bank.taps.size(); ++j) pairs.push_back({j, i, cosine(bank.taps[i], bank.taps[j])});
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.similarity < b.similarity; });
  return pairs;
}

}  // namespace

MergeReport merge_kernels_as_published(Graph& graph, const MergeOptions& options) {
  Graph edited = clone(graph);
  const std::vector<KernelBank> banks = require_kernel_banks(edited, "merge --compat");
  const std::vector<double> ratios = ratio_per_bank(options.ratio, banks.size());
  MergeReport report;
  report.parameters_before = report.parameters_after = parameter_count(graph);
  for (size_t b = 0; b < banks.size(); ++b) {
    BankValues bank = read_bank(edited, banks[b]);
    check(bank.columns[0].size() == 1, "merge --compat: the weighted sum has {} outputs (expected 1)",
          bank.columns[0].size());
    const std::vector<Pair> pairs = ranked_pairs(bank);
    const auto wanted = static_cast<size_t>(static_cast<double>(bank.taps.size()) * ratios[b]);
    std::vector<bool> marked(bank.taps.size(), false);
    for (size_t p = pairs.size() - std::min(wanted, pairs.size()); p < pairs.size(); ++p) {
      const auto contribution = [&](size_t kernel) { return bank.columns[kernel][0] * mean_magnitude(bank.taps[kernel]); };
      const double first = contribution(pairs[p].first), second = contribution(pairs[p].second);
      const bool first_stays = first > second;  // signed: a strong negative kernel loses
      const size_t kept = first_stays ? pairs[p].first : pairs[p].second;
      const size_t gone = first_stays ? pairs[p].second : pairs[p].first;
      bank.columns[kept][0] = (first + second) / mean_magnitude(bank.taps[kept]);
      bank.bias[kept] += bank.bias[gone];
      bank.columns[gone][0] = bank.bias[gone] = 0;
      std::fill(bank.taps[gone].begin(), bank.taps[gone].end(), kSentinel);
      marked[gone] = true;
      report.pairs.push_back({edited.nodes[static_cast<size_t>(banks[b].conv)].name, static_cast<int64_t>(kept),
                              static_cast<int64_t>(gone), pairs[p].similarity});
    }
    write_bank(edited, banks[b], bank);
    const auto counted = std::count(marked.begin(), marked.end(), true);
    for (size_t kernel = 0; kernel < marked.size(); ++kernel)
      if (marked[kernel] && bank.columns[kernel][0] != 0) ++report.still_active;
    report.kernels_before += static_cast<int64_t>(marked.size());
    report.kernels_after += static_cast<int64_t>(marked.size()) - counted;
    report.parameters_after -= counted * static_cast<int64_t>(bank.taps[0].size() + 2);  // as the publication counts
  }
  graph = std::move(edited);
  return report;
}

}  // namespace lathe
