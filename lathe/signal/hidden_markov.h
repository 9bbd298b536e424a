/// A sequence of classes, smoothed: what is seen window by window is taken for noisy signs of states that last.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lathe {

/// Tables of probabilities over S states; a state is a class.
struct HiddenMarkov {
  std::vector<double> start;       ///< [S] of the first window of a sequence
  std::vector<double> transition;  ///< [S · S], row: from, column: to
  std::vector<double> emission;    ///< [S · S], row: the true class, column: what the network says

  bool empty() const { return start.empty(); }
  bool operator==(const HiddenMarkov&) const = default;
};

/// Rows that follow each other without a break, in order of time: each row stands in one chain.
using Chains = std::vector<std::vector<int64_t>>;

/// Chains end where the group does, and where the next row begins later than half a step too late, a step being the
/// median distance of neighbours. Where rows of one group begin at the same time (recordings that each count from 0)
/// rows stay as they stand, and a chain ends where time does not go on.
/// @param groups  one name a row; empty: all rows are of one
/// @param times   [N] seconds; undefined: rows stand in order, without gaps
/// @throws Error when groups or times are not one a row, or a time is not finite
Chains chains_of(int64_t rows, const std::vector<std::string>& groups, const at::Tensor& times);

/// What a network said of rows whose classes are known.
struct SaidOfRows {
  at::Tensor probabilities;  ///< [N, S]
  at::Tensor labels;         ///< [N]
};

/// Starts and transitions are counted in the labels, emissions are the mean probabilities of each class's rows. Every
/// distribution gets one made-up observation, spread evenly, so that nothing is impossible.
/// @param labels  [N] of the chains' rows
/// @param said    where emissions come from: the first that has rows of a class decides for it
/// Source: Willetts et al. 2018 (doi:10.1038/s41598-018-26174-1) smooth activities so.
/// @throws Error when a label is no class
HiddenMarkov estimate_hidden_markov(const at::Tensor& labels, const Chains& chains,
                                    const std::vector<SaidOfRows>& said);

/// The likeliest classes given what the network said of each row of one chain (Viterbi, in logarithms); of equals the
/// first.
std::vector<int64_t> likeliest_path(const HiddenMarkov& model, const std::vector<int64_t>& said);

/// The likeliest classes [N] of rows [N, S]: chain by chain, from the largest probability of each row.
std::vector<int64_t> smoothed_classes(const HiddenMarkov& model, const at::Tensor& probabilities, const Chains& chains);

/// @throws Error for tables of other sizes than [S], [S · S] and [S · S], and for rows that are no distribution
void verify(const HiddenMarkov& model);

}  // namespace lathe
