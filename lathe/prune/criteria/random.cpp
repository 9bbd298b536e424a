/// Random: a draw from the seed and the group's place. Not a method but the control.
#include "lathe/base/rng.h"
#include "lathe/prune/criterion.h"

namespace lathe {

std::vector<double> score_random(const ScoreCase& at) {
  Rng rng(at.options.seed * 1'000'003 + at.number);
  std::vector<double> scores;
  for (size_t unit = 0; unit < at.group.units.size(); ++unit) scores.push_back(rng.uniform());
  return scores;
}

}  // namespace lathe
