/// Batch-norm scale: |gamma| of the normalisations that a channel passes through.
/// Source: Liu et al. 2017, network slimming (arXiv:1708.06519).
#include "lathe/prune/rows.h"

namespace lathe {

std::vector<double> score_batch_norm_scale(const ScoreCase& at) {
  return reduced(at, [&](const Cut& cut, const at::Tensor& weight) {
    const bool scales = weight.dim() == 1 && cut.param == "weight" &&
                        at.graph.nodes[static_cast<size_t>(cut.node)].params.has("running_var");
    return scales ? weight.detach().abs() : at::Tensor();
  });
}

}  // namespace lathe
