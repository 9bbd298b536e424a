#include "lathe/sparsify/strength.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/zeros.h>

#include "lathe/kernels/coactivation.h"

namespace lathe {
namespace {

using at::Tensor;

Tensor above_zero(const Tensor& values, const StrengthOptions&) {
  return values;
}
Tensor not_zero(const Tensor& values, const StrengthOptions&) {
  return values.abs();
}
Tensor far_from_mean(const Tensor& values, const StrengthOptions& options) {
  const Tensor from_mean = values.sub(values.mean(0, /*keepdim=*/true));
  return from_mean.abs().sub(from_mean.square().mean(0, true).sqrt().mul(options.deviations));
}

/// The layer's geometry, read off its attributes; a layer without a stride has one position.
CoactivationLayer geometry(const Node& node, const Tensor& in, const Tensor& out, const Tensor& weight) {
  CoactivationLayer layer{in.size(0), in.size(1), out.size(1), in.size(1) / weight.size(1), {}};
  const Attributes attributes = node.op->attributes();
  for (int64_t axis = 0; axis < weight.dim() - 2; ++axis) {
    const auto i = static_cast<size_t>(axis);
    layer.axes.push_back({.in = in.size(axis + 2),
                          .out = out.size(axis + 2),
                          .kernel = weight.size(axis + 2),
                          .stride = attributes.list("stride")[i],
                          .dilation = attributes.list("dilation")[i],
                          .padding = attributes.list("padding")[i],
                          .circular = attributes.word("padding_mode") == "circular"});
  }
  return layer;
}

/// Zero mean, unit length over the batch; what does not vary becomes 0.
Tensor standardized(const Tensor& values) {
  const Tensor from_mean = values.sub(values.mean(0, true));
  const Tensor length = from_mean.square().sum(0, true).sqrt();
  return from_mean.div(length.masked_fill(length.eq(0), 1));
}

/// |r| of one place of the kernel at a time: a product of [out, N] and [N, in] for every position.
Tensor correlations(const CoactivationLayer& layer, const Tensor& in, const Tensor& out, const Tensor& weight) {
  const CoactivationAxis none;
  const CoactivationAxis& rows = layer.axes.size() == 2 ? layer.axes[0] : none;
  const CoactivationAxis& columns = layer.axes.empty() ? none : layer.axes.back();
  const Tensor from = standardized(in).view({layer.rows, layer.in_channels, rows.in, columns.in});
  const Tensor to = standardized(out).view({layer.rows, layer.out_channels, rows.out, columns.out});
  const int64_t group_in = layer.in_channels / layer.groups, group_out = layer.out_channels / layer.groups;
  Tensor sums = at::zeros({layer.out_channels, group_in, rows.kernel, columns.kernel}, at::kDouble);
  const auto place = [](const CoactivationAxis& axis, int64_t o, int64_t tap) {
    const int64_t i = o * axis.stride + tap * axis.dilation - axis.padding;
    return axis.circular ? (i % axis.in + axis.in) % axis.in : i;
  };
  for (int64_t group = 0; group < layer.groups; ++group)
    for (int64_t i = 0; i < rows.kernel; ++i)
      for (int64_t j = 0; j < columns.kernel; ++j)
        for (int64_t y = 0; y < rows.out; ++y)
          for (int64_t x = 0; x < columns.out; ++x) {
            const int64_t v = place(rows, y, i), u = place(columns, x, j);
            if (v < 0 || v >= rows.in || u < 0 || u >= columns.in) continue;
            const Tensor a = to.select(3, x).select(2, y).narrow(1, group * group_out, group_out);
            const Tensor b = from.select(3, u).select(2, v).narrow(1, group * group_in, group_in);
            sums.narrow(0, group * group_out, group_out).select(3, j).select(2, i).add_(a.t().mm(b).abs());
          }
  return sums.view(weight.sizes());
}

}  // namespace

const Registry<Strength>& strengths() {
  static const Strength entries[] = {
      {"coactivation", "how often input and output are both above 0", "", above_zero},
      {"correlation", "|Pearson's r| over the batch, summed over positions", "", nullptr},
      {"correlation_proxy", "how often input and output are both not 0", "", not_zero},
      {"variance", "how often both are far from their mean over the batch", "deviations", far_from_mean},
  };
  static const Registry<Strength> registry("strength", entries);
  return registry;
}

Tensor strength_of(const Node& node, const Tensor& in, const Tensor& out, const StrengthOptions& options) {
  const at::NoGradGuard no_gradients;
  const Strength& kind = strengths().at(options.kind);
  const Tensor& weight = node.params["weight"];
  const auto plain = [&](const Tensor& values) {
    Tensor here = values.detach().to(at::kCPU, at::kFloat);
    if (weight.dim() == 2) here = here.reshape({-1, here.size(-1)});  // features are last, whatever lies before them
    return here.contiguous();
  };
  Tensor from = plain(in), to = plain(out);
  const CoactivationLayer layer = geometry(node, from, to, weight);
  if (kind.activity == nullptr) return correlations(layer, from, to, weight);
  from = kind.activity(from, options).contiguous();
  to = kind.activity(to, options).contiguous();
  Tensor counts = at::zeros(weight.sizes(), at::kLong);
  count_coactivations(layer, from.const_data_ptr<float>(), to.const_data_ptr<float>(),
                      counts.mutable_data_ptr<int64_t>());
  return counts.to(at::kDouble);
}

}  // namespace lathe
