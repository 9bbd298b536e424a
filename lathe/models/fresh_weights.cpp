#include "lathe/models/fresh_weights.h"

#include <ATen/core/grad_mode.h>

#include "lathe/models/model_registry.h"
#include "lathe/ops/init.h"

namespace lathe {

static bool draws(const Node& node) {
  const std::string_view kind = node.op->kind();
  return kind == "conv" || kind == "conv_transpose" || kind == "linear";
}

/// What a weight that nobody draws begins with: a norm's scale, the slope of a PReLU, a sum that is yet to be learned.
static double birth_value(const Node& node) {
  return node.op->kind() == "prelu" ? 0.25 : node.op->kind() == "weighted_sum" ? 0 : 1;
}

void make_fresh(Graph& graph, std::string_view model) {
  const at::NoGradGuard no_gradients;
  for (Node& node : graph.nodes) {
    Param* weight = node.params.find("weight");
    Param* bias = node.params.find("bias");
    if (weight != nullptr && !weight->buffer && draws(node)) {
      weight->value.copy_(default_weight(weight->value.sizes()));
      if (bias != nullptr) bias->value.copy_(default_bias(weight->value, bias->value.size(0)));
      continue;
    }
    if (weight != nullptr && !weight->buffer) weight->value.fill_(birth_value(node));
    if (bias != nullptr && !bias->buffer) bias->value.zero_();
    if (Param* mean = node.params.find("running_mean")) mean->value.zero_();
    if (Param* variance = node.params.find("running_var")) variance->value.fill_(1);
    if (Param* count = node.params.find("num_batches_tracked")) count->value.zero_();
  }
  const ModelEntry* entry = models().find(model);
  if (entry != nullptr && entry->initialise != nullptr) entry->initialise(graph);
}

}  // namespace lathe
