/// L1 on the scales of batch norms: gradient += strength · sign(gamma). Scales that the data does not need go to zero.
/// Source: Liu et al. 2017, network slimming (arXiv:1708.06519).
#include <ATen/core/grad_mode.h>

#include "lathe/prune/regularizer.h"

namespace lathe {
namespace {

class BatchNormScale final : public Regularizer {
 public:
  explicit BatchNormScale(double strength) : strength_(strength) {}
  void begin(const Graph& graph) override {
    scales_.clear();
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const Params& params = graph.nodes[i].params;
      if (params.has("running_var") && params.has("weight")) scales_.push_back(i);
    }
    check(!scales_.empty(), "regularizer 'batch_norm_scale': the network has no batch norm with a scale");
  }
  void add_to_gradients(Graph& graph) override {
    const at::NoGradGuard no_gradients;
    for (const size_t node : scales_) {
      Param& scale = *graph.nodes[node].params.find("weight");
      if (scale.value.grad().defined()) scale.value.mutable_grad().add_(scale.value.detach().sign(), strength_);
    }
  }
  std::string settings() const override { return fmt::format("batch_norm_scale strength={}", strength_); }

 private:
  double strength_;
  std::vector<size_t> scales_;
};

}  // namespace

std::unique_ptr<Regularizer> make_batch_norm_scale(const RegularizerOptions& options) {
  return std::make_unique<BatchNormScale>(options.strength);
}

}  // namespace lathe
