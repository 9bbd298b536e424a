#include "lathe/train/batches.h"

#include "lathe/base/errors.h"
#include "lathe/train/order.h"

namespace lathe {

std::vector<int64_t> BatchSource::order(bool shuffle, uint64_t seed, int64_t epoch, int64_t buffer) const {
  return epoch_order(rows(), shuffle, seed, epoch, buffer);
}

TensorBatches::TensorBatches(std::vector<at::Tensor> inputs, std::vector<at::Tensor> targets)
    : inputs_(std::move(inputs)), targets_(std::move(targets)) {
  check(!inputs_.empty(), "batches: there are no inputs");
  for (const auto* tensors : {&inputs_, &targets_})
    for (const at::Tensor& tensor : *tensors)
      check(tensor.defined() && tensor.dim() > 0, "batches: a tensor has no rows");
  check(rows() > 0, "batches: there are no rows to train on");
  for (const auto* tensors : {&inputs_, &targets_})
    for (const at::Tensor& tensor : *tensors)
      check(tensor.size(0) == rows(), "batches: rows disagree (expected {} as in the first input, got {})", rows(),
            tensor.size(0));
}

TensorBatches::TensorBatches(const Dataset& dataset)
    : TensorBatches(std::vector<at::Tensor>{dataset.inputs},
                    dataset.targets.defined() ? std::vector<at::Tensor>{dataset.targets} : std::vector<at::Tensor>{}) {
  to_float_ = true;
  for (at::Tensor& target : targets_)
    if (target.is_floating_point()) target = target.to(at::kFloat);
}

Batch TensorBatches::load(std::span<const int64_t> rows) const {
  Batch batch;
  for (const at::Tensor& tensor : inputs_) {
    const at::Tensor taken = take_rows(tensor, rows);
    batch.inputs.push_back(to_float_ ? taken.to(at::kFloat) : taken);
  }
  for (const at::Tensor& tensor : targets_) batch.targets.push_back(take_rows(tensor, rows));
  return batch;
}

}  // namespace lathe
