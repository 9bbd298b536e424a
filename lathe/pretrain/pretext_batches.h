/// Windows that are changed as they are loaded, with what was done to each as its labels. Needs no labels of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lathe/data/augment/augmentation.h"
#include "lathe/pretrain/options.h"
#include "lathe/train/batches.h"

namespace lathe {

class PretextBatches final : public BatchSource {
 public:
  /// Windows that train: other draws at every load, which follow from LibTorch's generator, whose state is in the
  /// checkpoints; each window once an epoch unless the options sample.
  /// @param rows      kept by reference; inputs [N, C, T], of which nothing but the windows is looked at
  /// @param views     how often each window is in its batch: view by view, each with draws of its own
  /// @param subjects  of each row, or empty
  /// @param weights   as SubjectOrder's
  /// @throws Error for a task or an augmentation that such windows have no place for
  PretextBatches(const BatchSource& rows, const PretrainOptions& options, int64_t views = 1,
                 const std::vector<std::string>& subjects = {}, const std::vector<double>& weights = {});
  /// Windows to measure on: the same draws for a row whenever it is loaded, no augmentation, every row in its place.
  static PretextBatches held_out(const BatchSource& rows, const PretrainOptions& options, int64_t views = 1);

  int64_t rows() const override { return order_.rows(); }
  std::vector<int64_t> order(bool shuffle, uint64_t seed, int64_t epoch, int64_t buffer) const override {
    if (buffer > 0 && order_.goes_by_rows()) return BatchSource::order(shuffle, seed, epoch, buffer);
    return order_.epoch(shuffle, seed, epoch);
  }
  /// One target a task, in the registry's order: [views · N] int64, 1 where the window was changed.
  Batch load(std::span<const int64_t> rows) const override;
  void expect(std::span<const int64_t> rows) const override { rows_.expect(rows); }

 private:
  const BatchSource& rows_;
  double positive_ratio_;
  int64_t views_;
  bool fixed_ = false;
  SubjectOrder order_;
  std::vector<std::shared_ptr<const PretextTask>> tasks_;
  std::vector<Augmentation> augmentations_;
};

/// The tasks in the order in which they are applied. @throws Error (usage) for an unknown one, or one that is there
/// twice
std::vector<TaskOptions> in_order(const std::vector<TaskOptions>& tasks);

}  // namespace lathe
