/// Sum over the channels with one trained weight each: [N, C, ...] -> [N, 1, ...]. What mixes learned kernels. Counts no MACs:
/// "conv and linear sums" are counted, as the published figures do.
#include <ATen/ops/conv1d.h>
#include <ATen/ops/zeros.h>

#include "lathe/graph/graph.h"
#include "lathe/ops/kernel_bank.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"

namespace lathe {
namespace {

bool is(const Node& node, std::string_view kind) { return node.op->kind() == kind; }

/// The convolution as a bank of kernels, when it is one: one channel, step 1, float32 on the CPU.
std::optional<KernelBankPart> bank_part(const Node& node) {
  if (!is(node, "conv")) return std::nullopt;
  const Tensor& weight = node.params["weight"];
  const Attributes settings = node.op->attributes();
  const bool plain = settings.list("stride") == std::vector<int64_t>{1} && settings.word("padding_mode") == "zeros" &&
                     settings.list("dilation") == std::vector<int64_t>{1};
  if (weight.dim() != 3 || weight.size(1) != 1 || !plain || !weight.is_cpu() || weight.scalar_type() != at::kFloat)
    return std::nullopt;
  return KernelBankPart{weight, node.params["bias"], settings.list("padding")[0], settings.list("padding")[1]};
}

/// Learned kernels: convolutions of one signal, each through a ReLU, joined and summed.
std::optional<Fusion> kernel_bank_fusion(const Graph& graph, int index) {
  const auto node = [&](int place) -> const Node& { return graph.nodes[static_cast<size_t>(place)]; };
  Fusion fusion;
  std::vector<int> activations = node(index).inputs;
  if (is(node(activations[0]), "concat")) {
    fusion.covers.push_back(activations[0]);
    activations = node(activations[0]).inputs;
  }
  std::vector<KernelBankPart> parts;
  for (const int activation : activations) {
    if (!is(node(activation), "relu")) return std::nullopt;
    const int conv = node(activation).inputs[0];
    const auto part = bank_part(node(conv));
    if (!part || (!fusion.inputs.empty() && node(conv).inputs != fusion.inputs)) return std::nullopt;
    parts.push_back(*part);
    fusion.inputs = node(conv).inputs;
    fusion.covers.insert(fusion.covers.end(), {activation, conv});
  }
  const auto* signal = dynamic_cast<const InputOp*>(node(fusion.inputs.at(0)).op.get());
  if (signal == nullptr || signal->sample()[0] != 1) return std::nullopt;  // one channel for certain, not depthwise
  fusion.forward = [parts, mix = node(index).params["weight"]](std::span<const Tensor> x) {
    return kernel_bank(x[0], parts, mix);
  };
  return fusion;
}

class WeightedSum final : public Op {
 public:
  std::string_view kind() const override { return "weighted_sum"; }
  Shape shape(const Inputs& in) const override {
    const Tensor& weight = in.params["weight"];
    check(weight.defined() && weight.dim() == 2 && weight.size(0) == 1, "weighted_sum: the weight is not [1, C]");
    const int64_t channels = weight.size(1);
    check(in[0].spatial() > 0 && in[0][1] == channels, "weighted_sum: input {} (expected {} channels and a spatial axis)",
          in[0], channels);
    return in[0].with(1, 1);
  }
  Tensor forward(std::span<const Tensor> x, const Params& params, Mode) const override {
    std::vector<int64_t> sizes = x[0].sizes().vec();
    sizes[1] = 1;
    return at::conv1d(x[0].flatten(2), params["weight"].view({1, -1, 1})).view(sizes);
  }
  std::optional<Fusion> fusion(const Graph& graph, int index) const override {
    return kernel_bank_fusion(graph, index);
  }
  Ties ties(const Inputs& in) const override { return {{in[0][1], {input_channels(), param_axis("weight", 1)}}}; }
  void write_onnx(OnnxWriter& to) const override {
    const auto axes = static_cast<int64_t>(to.in()[0].rank());
    std::vector<int64_t> sizes(static_cast<size_t>(axes), 1);
    sizes[1] = -1;
    const std::string weight = to.step("weight_as_conv", "Reshape", {to.param("weight"), to.constant("sizes", sizes)});
    to.finish("Conv", {to.input(), weight}, {{"kernel_shape", std::vector<int64_t>(static_cast<size_t>(axes) - 2, 1)}});
  }
};

}  // namespace

Value weighted_sum(Value x, std::string name) {
  return x.builder->add(std::move(name), std::make_shared<WeightedSum>(), {x},
                        Params{{"weight", at::zeros({1, x.shape()[1]})}});
}

OpPtr make_weighted_sum(const Attributes&) { return std::make_shared<WeightedSum>(); }

std::vector<OpSample> samples_weighted_sum() {
  return {{"1d", {{4, 5}}, [](const auto& x) { return weighted_sum(x[0], "op"); }},
          {"2d", {{3, 4, 5}}, [](const auto& x) { return weighted_sum(x[0], "op"); }}};
}

std::vector<OnnxRule> onnx_weighted_sum() {
  return {};
}

}  // namespace lathe
