#include "lathe/rewrite/fold_batch_norm.h"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "lathe/graph/verify.h"
#include "lathe/rewrite/take_out.h"

namespace lathe {
namespace {

/// The weight seen as [blocks, inputs, outputs of a block, ...]: how its values belong to output channels.
struct WeightLayout {
  int64_t blocks, inputs;
};

WeightLayout output_first(const Node& node) {
  return {node.params["weight"].size(0), 1};
}

/// A transposed convolution's weight is [in, out / groups, ...].
WeightLayout input_first(const Node& node) {
  const int64_t in = node.params["weight"].size(0), stored = node.op->attributes().integer("groups");
  const int64_t groups = stored == 0 ? in : stored;
  return {groups, in / groups};
}

/// The layers that can take a scale and a shift of their outputs.
struct Host {
  std::string_view kind;
  WeightLayout (*layout)(const Node& node);
};
constexpr Host kHosts[] = {{"conv", output_first}, {"conv_transpose", input_first}, {"linear", output_first}};

/// The layer that can take in the batch norm; nothing where there is none.
const Host* host_of(const Graph& graph, int norm, const std::vector<Shape>& shapes) {
  const int before = graph.nodes[static_cast<size_t>(norm)].inputs.at(0);
  const Node& node = graph.nodes[static_cast<size_t>(before)];
  const auto found = std::find_if(std::begin(kHosts), std::end(kHosts),
                                  [&](const Host& host) { return host.kind == node.op->kind(); });
  const bool shared = graph.readers(before).size() > 1 ||
                      std::find(graph.outputs.begin(), graph.outputs.end(), before) != graph.outputs.end();
  if (found == std::end(kHosts) || shared) return nullptr;
  // A linear layer on a sequence has its outputs on the last axis, where no batch norm looks.
  const bool aligned = node.op->kind() != "linear" || shapes[static_cast<size_t>(before)].rank() == 2;
  return aligned ? &*found : nullptr;
}

void fold(Node& layer, const Node& norm, WeightLayout layout) {
  const auto exact = [](const Tensor& tensor) { return tensor.detach().to(at::kDouble); };
  const Params& from = norm.params;
  const Tensor mean = exact(from["running_mean"]);
  const Tensor gain = from.has("weight") ? exact(from["weight"]) : at::ones_like(mean);
  const Tensor shift = from.has("bias") ? exact(from["bias"]) : at::zeros_like(mean);
  const Tensor scale = gain.div(exact(from["running_var"]).add(norm.op->attributes().real("epsilon")).sqrt());

  Tensor& weight = layer.params.find("weight")->value;
  const bool trains = weight.requires_grad();
  const Tensor blocks = exact(weight).reshape({layout.blocks, layout.inputs, scale.numel() / layout.blocks, -1});
  const Tensor scaled = blocks.mul(scale.view({layout.blocks, 1, -1, 1}));
  const Tensor bias = layer.params.has("bias") ? exact(layer.params["bias"]) : at::zeros_like(mean);
  const Tensor moved = bias.sub(mean).mul(scale).add(shift).to(weight.scalar_type());
  weight = scaled.reshape(weight.sizes()).to(weight.scalar_type());
  weight.set_requires_grad(trains);
  if (Param* old = layer.params.find("bias"))
    old->value = moved;
  else
    layer.params.add({"bias", moved});
  layer.params.find("bias")->value.set_requires_grad(trains);
}

}  // namespace

FoldReport fold_batch_norm(Graph& graph) {
  Graph edited = clone(graph);
  const std::vector<Shape> all = shapes(edited);
  FoldReport report;
  std::vector<int> gone;
  for (size_t i = 0; i < edited.nodes.size(); ++i) {
    const Node& norm = edited.nodes[i];
    if (norm.op->kind() != "batch_norm") continue;
    const Host* host = host_of(edited, static_cast<int>(i), all);
    // Two norms in a row: the second one finds a norm before it and is kept; once the first is gone it could go too.
    (host == nullptr ? report.kept : report.folded).push_back(norm.name);
    if (host == nullptr) continue;
    Node& layer = edited.nodes[static_cast<size_t>(norm.inputs[0])];
    fold(layer, norm, host->layout(layer));
    gone.push_back(static_cast<int>(i));
  }
  take_out(edited, gone);
  verify(edited);
  graph = std::move(edited);
  return report;
}

}  // namespace lathe
