#include "lathe/prune/evidence.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>

#include "lathe/exec/run.h"
#include "lathe/train/gradient.h"

namespace lathe {
namespace {

using at::Tensor;

/// Mean |value| a channel, over rows and places.
Tensor channel_means(const Tensor& output) {
  return output.detach().abs().flatten(2).transpose(0, 1).flatten(1).mean(1).to(at::kDouble).cpu();
}

template <class Key>
void add(std::map<Key, Tensor>& sums, const Key& key, const Tensor& value, double scale) {
  Tensor& sum = sums[key];
  sum = sum.defined() ? sum.add(value, scale) : value.mul(scale);
}

}  // namespace

Evidence gather_evidence(const Graph& graph, const BatchSource& source, const Loss& loss, int64_t batch,
                         int64_t batches) {
  check(batch >= 1 && batches >= 1, "evidence from {} batches of {} rows (expected at least 1 of each)", batches,
        batch);
  const at::AutoGradMode gradients(true);
  Graph copy = clone(graph);
  for (const NamedParam& entry : named_params(copy))
    if (!entry.param->buffer && entry.param->value.is_floating_point()) entry.param->value.set_requires_grad(true);
  Evidence evidence;
  const int64_t count = std::min(batches, (source.rows() + batch - 1) / batch);
  for (int64_t number = 0; number < count; ++number) {
    std::vector<int64_t> rows(static_cast<size_t>(std::min(batch, source.rows() - number * batch)));
    std::iota(rows.begin(), rows.end(), number * batch);
    Batch data = source.load(rows);
    for (Tensor& input : data.inputs) input = input.to(device_of(copy));
    for (Tensor& target : data.targets) target = target.to(device_of(copy));
    const RunResult result = run(copy, data.inputs, {.taps = {"*"}});
    loss.mean(result.outputs, data).backward();
    const double share = 1.0 / static_cast<double>(count);
    for (const NamedParam& entry : named_params(copy)) {
      const Tensor gradient = entry.param->value.grad();
      if (!gradient.defined()) continue;
      const std::pair key(entry.node, entry.param->name);
      add(evidence.gradients, key, gradient, share);
      add(evidence.squared_gradients, key, gradient.square(), share);
      entry.param->value.mutable_grad().reset();
    }
    for (const auto& [name, output] : result.taps)
      if (output.dim() >= 2)
        add(evidence.activations, copy.index(name), channel_means(output.dim() == 2 ? output.unsqueeze(2) : output),
            share);
  }
  return evidence;
}

}  // namespace lathe
