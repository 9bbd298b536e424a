/// Merges similar kernels of a learned-kernel bank: fewer kernels, nearly the same sum.
///
/// Before: w1 · relu(k1 * x + b1) + w2 · relu(k2 * x + b2), with k2 close to a · k1, a > 0
/// After:  (w1 + a · w2) · relu(k1 * x + b)
#pragma once

#include <string>
#include <vector>

#include "lathe/graph/graph.h"

namespace lathe {

struct MergeOptions {
  /// Fraction of each bank's kernels to merge away, one for all banks or one a bank; floor(K · ratio) go.
  std::vector<double> ratio = {0.35};
  /// Pairs less alike than this (cosine of the taps) are left alone even if the ratio is not reached.
  double min_similarity = 0;
  /// The published rule with its defects, for comparison only: see merge_kernels_as_published.
  bool compat = false;
};

struct MergedPair {
  std::string bank;           ///< the conv's name
  int64_t kept, removed;      ///< kernel numbers before the merge
  double similarity;
};

struct MergeReport {
  std::vector<MergedPair> pairs;
  int64_t kernels_before = 0, kernels_after = 0;
  int64_t parameters_before = 0, parameters_after = 0;
  /// compat only: kernels that the published count calls removed although they still act.
  int64_t still_active = 0;
};

/// Greedy on the live set: the most similar pair of living kernels is merged, the one that contributes less
/// (‖its column‖ · mean|taps|) into the other, until the ratio is met. Exact for k2 = a·k1, b2 = a·b1, a > 0. Tensors shrink.
/// @throws Error when there is no kernel bank, a ratio is outside [0, 1), or the numbers of ratios and banks differ
/// Source: Chen et al. 2024 (arXiv:2307.05385), with its mistakes mended: signs are ignored when contributions are compared,
/// dead kernels are never merged again, biases are averaged instead of summed.
MergeReport merge_kernels(Graph& graph, const MergeOptions& options);

/// The published rule to the letter: signed comparison, summed biases, removed kernels kept as a sentinel of 1e-5 taps and
/// possibly revived. No tensor shrinks. One weighted sum with one output only.
MergeReport merge_kernels_as_published(Graph& graph, const MergeOptions& options);

}  // namespace lathe
