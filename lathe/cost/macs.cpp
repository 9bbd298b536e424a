/// The table of conventions: one line an entry.
#include "lathe/cost/macs.h"

#include "lathe/graph/print.h"

namespace lathe {
namespace {

int64_t values_of(const Tensor& tensor) {
  return tensor.defined() ? tensor.numel() : 0;
}

/// How many output samples a layer's weights are used for: those of all spatial axes where the weight is a kernel,
/// [out, in, ...]; 1 where it is a matrix, even when that is used for every step of a sequence.
int64_t positions(const Node& node, const Shape& output) {
  const Tensor& weight = node.params["weight"];
  const bool kernel = weight.defined() && weight.dim() > 2 && weight.dim() == static_cast<int64_t>(output.rank());
  return kernel ? output.count() / output[1] : 1;
}

int64_t count_conv(const Node& node, const Inputs& in, const Shape& output) {
  return node.op->macs(in, output);
}

/// Source: VainF/Torch-Pruning 1.6.1, torch_pruning/utils/op_counter.py. Transposed convolutions count output positions
/// too.
int64_t count_torch_pruning(const Node& node, const Inputs& in, const Shape& output) {
  const int64_t sums = node.op->macs(in, output);
  if (sums == 0) return node.op->elementwise_work(in, output);
  const int64_t each = positions(node, output), bias = values_of(node.params["bias"]);
  return each == 1 ? sums + bias : (values_of(node.params["weight"]) + bias) * each;
}

/// Source: torchinfo 1.8, LayerInfo.calculate_macs: parameters alone decide.
int64_t count_torchinfo(const Node& node, const Inputs& in, const Shape& output) {
  return parameter_count(node) * (node.op->macs(in, output) > 0 ? positions(node, output) : 1);
}

}  // namespace

const Registry<MacConvention>& mac_conventions() {
  static const MacConvention entries[] = {
      {"conv", "conv and linear sums", count_conv},
      {"torch-pruning", "as torch-pruning counts: biases, norms, activations and pools too", count_torch_pruning},
      {"torchinfo", "as torchinfo counts: parameters of a conv at every position, others once", count_torchinfo},
  };
  static const Registry<MacConvention> registry("convention", entries);
  return registry;
}

}  // namespace lathe
