/// Group norm: the L2 norm of all weights that go with a unit.
/// Source: Fang et al. 2023 (arXiv:2301.12900).
#include <cmath>

#include "lathe/prune/rows.h"

namespace lathe {

std::vector<double> score_group_norm(const ScoreCase& at) {
  CriterionOptions summed = at.options;
  summed.reduction = "sum";
  const ScoreCase all{at.graph, at.group, summed, at.evidence, at.number};
  std::vector<double> scores = reduced(all, [&](const Cut& cut, const at::Tensor& weight) {
    return is_weight(at.graph, cut) ? weight.detach().square() : at::Tensor();
  });
  for (double& score : scores) score = std::sqrt(score);
  return scores;
}

}  // namespace lathe
