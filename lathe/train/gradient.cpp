#include "lathe/train/gradient.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "lathe/train/optimizer.h"
#include "lathe/train/order.h"

namespace lathe {
namespace {

Batch load_on(const at::Device& device, const BatchSource& source, std::span<const int64_t> rows) {
  Batch batch = source.load(rows);
  for (auto* tensors : {&batch.inputs, &batch.targets})
    for (Tensor& tensor : *tensors) tensor = tensor.to(device);
  for (auto& hint : batch.hints) hint.second = hint.second.to(device);
  return batch;
}

std::vector<Tensor> gradients_of(const Graph& graph) {
  std::vector<Tensor> gradients;
  for (const Node& node : graph.nodes)
    for (const Param& param : node.params)
      if (!param.buffer && param.value.requires_grad() && param.value.grad().defined())
        gradients.push_back(param.value.grad());
  return gradients;
}

/// Source: torch.nn.utils.clip_grad_norm_ and clip_grad_value_, the same operations in the same order.
void clip(const std::vector<Tensor>& gradients, const Tensor& norm, const GradientOptions& options) {
  if (options.clip_norm > 0)
    at::_foreach_mul_(gradients, norm.add(1e-6).reciprocal().mul(options.clip_norm).clamp_max(1));
  if (options.clip_value > 0)
    for (const Tensor& gradient : gradients) gradient.clamp_(-options.clip_value, options.clip_value);
}

void look(const std::function<void(const RunResult&)>& at_result, const RunResult& result) {
  const at::NoGradGuard no_gradients;
  at_result(result);
}

}  // namespace

at::Device device_of(const Graph& graph) {
  for (const Node& node : graph.nodes)
    for (const Param& param : node.params) return param.value.device();
  return at::kCPU;
}

Gradient gradient(Graph& graph, const Objective& objective, const BatchSource& source, std::span<const int64_t> rows,
                  const GradientOptions& options) {
  Optimizer::zero_grad(graph);
  const at::Device device = device_of(graph);
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t parts = std::min(options.accumulate, count);
  Gradient result;
  Tensor total;
  std::vector<std::string> taps = objective.taps();
  taps.insert(taps.end(), options.taps.begin(), options.taps.end());
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t begin = count * part / parts, end = count * (part + 1) / parts;
    const Batch batch =
        load_on(device, source, rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
    if (part + 1 == parts && !options.next.empty()) source.expect(options.next);
    const RunResult result_of_part = run(graph, batch.inputs, {.training = true, .taps = taps});
    if (options.look) look(options.look, result_of_part);
    Tensor value = objective.value(result_of_part, batch);
    const double weight = objective.weight(batch);
    if (parts > 1) value = value.mul(weight);
    value.backward();
    result.weight += weight;
    total = total.defined() ? total.add(value.detach()) : value.detach();
  }
  const at::NoGradGuard no_gradients;
  const std::vector<Tensor> gradients = gradients_of(graph);
  if (parts > 1) {
    for (const Tensor& gradient : gradients) gradient.div_(result.weight);
    total = total.div(result.weight);
  }
  const Tensor norm =
      gradients.empty() ? at::zeros_like(total) : at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
  // One transfer a step: on a GPU every one of them waits for the device.
  const Tensor both = at::stack({total.to(at::kDouble), norm.to(at::kDouble)}).cpu();
  result.loss = both.const_data_ptr<double>()[0];
  result.norm = both.const_data_ptr<double>()[1];
  clip(gradients, norm, options);
  return result;
}

double mean_loss(const Graph& graph, const Loss& loss, const BatchSource& source, int64_t batch_rows) {
  const at::NoGradGuard no_gradients;
  const at::Device device = device_of(graph);
  const std::vector<int64_t> order = epoch_order(source.rows(), false, 0, 0);
  const std::span<const int64_t> rows(order);
  double sum = 0, weights = 0;
  for (size_t begin = 0; begin < rows.size(); begin += static_cast<size_t>(batch_rows)) {
    const Batch batch =
        load_on(device, source, rows.subspan(begin, std::min(static_cast<size_t>(batch_rows), rows.size() - begin)));
    const double weight = loss.weight(batch);
    sum += weight * loss.mean(run(graph, batch.inputs, {}).outputs, batch).item<double>();
    weights += weight;
  }
  return sum / weights;
}

}  // namespace lathe
