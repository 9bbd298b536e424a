/// Activation: the mean size of a unit's channels over the data, over all nodes that carry them.
/// Source: Hu et al. 2016, network trimming (arXiv:1607.03250), mean instead of share of zeros.
#include "lathe/prune/criterion.h"

namespace lathe {

std::vector<double> score_activation(const ScoreCase& at) {
  std::vector<double> scores;
  for (const Unit& unit : at.group.units) {
    double sum = 0;
    for (const Channel& channel : unit.channels) {
      const at::Tensor& means = at.evidence.activations.at(channel.node);
      sum += means[channel.channel].item().toDouble();
    }
    check(!unit.channels.empty(), "group '{}': no node carries its channels", at.group.name);
    scores.push_back(sum / static_cast<double>(unit.channels.size()));
  }
  return scores;
}

}  // namespace lathe
