/// A sequence of classes, smoothed: what is seen window by window is taken for noisy signs of states that last.
#pragma once

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

}  // namespace lathe
