/// Absorbs the mixing weights of a kernel bank into its kernels; only their signs stay.
///
/// Before: w · relu(k * x + b)
/// After:  sign(w) · relu(|w|·k * x + |w|·b), equal for every finite w
#pragma once

#include "lathe/graph/graph.h"

namespace lathe {

struct AbsorbReport {
  int64_t kernels = 0;
  int64_t stored_values = 0;  ///< taps and biases that must be stored afterwards
  int64_t sign_bits = 0;      ///< one a kernel: what is left of the mixing weights
};

/// @throws Error when there is no kernel bank, or the weighted sum has more than one output
/// Source: Chen et al. 2024 (arXiv:2307.05385), methods.
AbsorbReport absorb(Graph& graph);

}  // namespace lathe
