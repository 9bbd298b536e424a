/// Magnitude: Σ|w|^p over the filters that write a channel, the slices that read it and the batch norms on the way.
/// Source: Li et al. 2017 (arXiv:1608.08710); over groups: Fang et al. 2023 (arXiv:2301.12900).
#include <ATen/core/Tensor.h>

#include "lathe/prune/rows.h"

namespace lathe {

std::vector<double> score_magnitude(const ScoreCase& at) {
  check(at.options.norm == 1 || at.options.norm == 2, "magnitude: norm {} (expected 1 or 2)", at.options.norm);
  return reduced(at, [&](const Cut& cut, const at::Tensor& weight) {
    if (!is_weight(at.graph, cut)) return at::Tensor();
    return at.options.norm == 1 ? weight.detach().abs() : weight.detach().square();
  });
}

}  // namespace lathe
