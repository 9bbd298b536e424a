#include "lathe/formats/onnx/batch.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include "lathe/base/errors.h"
#include "lathe/formats/onnx/fold.h"

namespace lathe {
namespace {

using at::Tensor;

/// The same constant, were the batch of this size.
Tensor with_batch(const Tensor& constant, int64_t batch) {
  const Tensor values = constant.to(at::kDouble);
  const Tensor held = values.remainder(kBatchMark).eq(0).logical_and(values.ne(0));
  return at::where(held, values.div(kBatchMark).mul(batch), values).to(constant.scalar_type());
}

bool any(const Tensor& flags) {
  return flags.any().item().toBool();
}

/// True for the input of a node that says the sizes of its output.
bool says_sizes(const OnnxNode& node, size_t place) {
  return ((node.type == "Reshape" || node.type == "Expand") && place == 1) || (node.type == "Resize" && place == 3);
}

}  // namespace

Tensor OnnxBatch::shape_of(const OnnxNode& node, std::vector<int64_t> sizes) {
  sizes[0] = kBatchMark;
  return at::tensor(shape_part(node, sizes), at::kLong);
}

void OnnxBatch::follow(const OnnxNode& node, const std::vector<Tensor>& constants, const std::vector<Tensor>& results) {
  bool of_value = false, of_batch = false;
  for (size_t i = 0; i < constants.size(); ++i) {
    of_value = of_value || !constants[i].defined();
    of_batch = of_batch || held_.count(node.inputs[i]) > 0;
  }
  if (node.type == "Shape" && of_value && any(results[0].eq(kBatchMark))) held_.insert(node.outputs.at(0));
  if (!of_batch) return;
  for (const int64_t batch : {kOtherBatchMark, int64_t{1}}) {
    std::vector<Tensor> again = constants;
    for (size_t i = 0; i < again.size(); ++i)
      if (held_.count(node.inputs[i]) > 0) again[i] = with_batch(again[i], batch);
    const std::vector<Tensor> others = fold(node, again, opset_);
    for (size_t i = 0; i < results.size() && i < node.outputs.size(); ++i) {
      const bool same_sizes = results[i].sizes() == others[i].sizes();
      const Tensor mine = results[i].to(at::kDouble), other = same_sizes ? others[i].to(at::kDouble) : mine;
      const Tensor carried = mine.remainder(kBatchMark).eq(0).logical_and(mine.mul(batch).eq(other.mul(kBatchMark)));
      if (!same_sizes || any(mine.eq(other).logical_or(carried).logical_not()))
        fail_as(ExitCode::unsupported, "computes with the size of the batch");
      if (!mine.equal(other)) held_.insert(node.outputs[i]);
    }
  }
}

Tensor OnnxBatch::one(const OnnxNode& node, size_t place, const Tensor& constant) const {
  if (held_.count(node.input(place)) == 0) return says_sizes(node, place) ? without_fixed(node, constant) : constant;
  const Tensor rest = constant.masked_fill(constant.eq(kBatchMark), 1);
  if (any(rest.remainder(kBatchMark).eq(0).logical_and(rest.ne(0))))
    fail_as(ExitCode::unsupported, "mixes the batch with other axes");
  if (!says_sizes(node, place) || constant.dim() != 1 || any(constant.slice(0, 1).eq(kBatchMark)))
    fail_as(ExitCode::unsupported, "takes the size of the batch for something else than the first axis");
  return rest;
}

/// A file that was exported with a fixed batch names it at the front of every shape. Where the batch is open, a 1 in
/// front and a -1 behind would put it into that axis.
Tensor OnnxBatch::without_fixed(const OnnxNode& node, const Tensor& shape) const {
  if (shape.scalar_type() != at::kLong || shape.dim() != 1 || shape.numel() == 0) return shape;
  const int64_t front = shape[0].item().toLong();
  if (fixed_ < 0 && front == 1 && node.type == "Reshape" && any(shape.slice(0, 1).eq(-1)))
    fail_as(ExitCode::unsupported, "puts the batch into another axis: the shape begins with 1 and has a -1 behind it");
  if (fixed_ <= 1 || front != fixed_) return shape;
  Tensor one = shape.clone();
  one[0].fill_(1);
  return one;
}

}  // namespace lathe
