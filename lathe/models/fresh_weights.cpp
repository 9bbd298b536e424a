#include "lathe/models/fresh_weights.h"

#include <ATen/core/grad_mode.h>

#include "lathe/ops/init.h"

namespace lathe {

void make_fresh(Graph& graph) {
  const at::NoGradGuard no_gradients;
  for (Node& node : graph.nodes) {
    Param* weight = node.params.find("weight");
    Param* bias = node.params.find("bias");
    if (weight != nullptr && !weight->buffer && weight->value.dim() >= 2) {
      weight->value.copy_(default_weight(weight->value.sizes()));
      if (bias != nullptr) bias->value.copy_(default_bias(weight->value, bias->value.size(0)));
      continue;
    }
    // One value a channel: a norm's scale and shift, or the slope of a PReLU.
    if (weight != nullptr && !weight->buffer) weight->value.fill_(node.op->kind() == "prelu" ? 0.25 : 1);
    if (bias != nullptr && !bias->buffer) bias->value.zero_();
    if (Param* mean = node.params.find("running_mean")) mean->value.zero_();
    if (Param* variance = node.params.find("running_var")) variance->value.fill_(1);
    if (Param* count = node.params.find("num_batches_tracked")) count->value.zero_();
  }
}

}  // namespace lathe
