/// Where training gets its rows from. Order, shuffling and batch sizes are fit's business.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lathe/data/dataset.h"

namespace lathe {

struct Batch {
  std::vector<at::Tensor> inputs;                ///< one a graph input, [N, C, T] or [N, C, H, W]
  std::vector<at::Tensor> targets;               ///< what the loss wants, rows first; usually one
  std::map<std::string, at::Tensor> hints = {};  ///< what else is known of the rows, rows first: what a teacher says
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// How many an epoch has.
  virtual int64_t rows() const = 0;
  /// The rows of an epoch as they train, `rows()` numbers that `load` knows. A pure function, so that a run can be
  /// resumed in the middle of an epoch; every row once (train/order.h) where a source has no order of its own.
  /// @param buffer  rows that shuffling holds back; 0: all. For sources without an order of their own
  virtual std::vector<int64_t> order(bool shuffle, uint64_t seed, int64_t epoch, int64_t buffer) const;
  /// These rows, in this order. May draw from LibTorch's generator (augmentation): its state is in the checkpoints.
  virtual Batch load(std::span<const int64_t> rows) const = 0;
  /// These rows will be loaded next: a source that reads from a disk may begin. Draws nothing.
  virtual void expect(std::span<const int64_t> /*rows*/) const {}
};

/// Rows of tensors that are there as a whole. Neighbouring rows are views: a full batch copies nothing.
class TensorBatches final : public BatchSource {
 public:
  /// @throws Error when the tensors' rows disagree or there are none.
  TensorBatches(std::vector<at::Tensor> inputs, std::vector<at::Tensor> targets);
  /// Inputs become float as they are loaded, so a mapped file stays a file; real targets become float at once.
  explicit TensorBatches(const Dataset& dataset);
  int64_t rows() const override { return inputs_[0].size(0); }
  Batch load(std::span<const int64_t> rows) const override;

 private:
  std::vector<at::Tensor> inputs_, targets_;
  bool to_float_ = false;
};

}  // namespace lathe
