/// Holds down all weights of a channel together: gradient += strength · spread^((most − own) / (most − least)) ·
/// weight, where own is the L2 norm of the channel's weights, most and least those of its group. Source: Fang et al.
/// 2023, DepGraph (arXiv:2301.12900), section 3.3.
#include <ATen/core/Tensor.h>

#include <cmath>

#include "lathe/prune/regularizer.h"

namespace lathe {
namespace {

class GroupLasso final : public RegularizedGroups {
 public:
  using RegularizedGroups::RegularizedGroups;
  void add_to_gradients(Graph& graph) override {
    for (size_t group = 0; group < groups().size(); ++group) {
      const Tensor norm = importance(graph, group).sqrt();
      const Tensor most = norm.max(), range = most.sub(norm.min());
      const Tensor below = range.item().toDouble() > 0 ? most.sub(norm).div(range) : norm.mul(0);
      pull_down(graph, group, below.mul(std::log(options().spread)).exp().mul(options().strength));
    }
  }
};

}  // namespace

std::unique_ptr<Regularizer> make_group_lasso(const RegularizerOptions& options) {
  return std::make_unique<GroupLasso>(options);
}

}  // namespace lathe
