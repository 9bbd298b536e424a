/// Training rows that change at random each time they are loaded. For training alone: evaluation and criteria load the
/// rows themselves.
#pragma once

#include <vector>

#include "lathe/recipe/augment_section.h"
#include "lathe/recipe/normalized_batches.h"

namespace lathe {

class AugmentedBatches final : public BatchSource {
 public:
  /// @param plain       the rows as they are, kept by reference
  /// @param recordings  the same rows before the front end, kept by reference
  /// @param classes     outputs of a network that classifies, else 0
  /// @throws Error for an augmentation that such rows have no place for, where it was written
  AugmentedBatches(const BatchSource& plain, const Dataset& recordings, const Preprocessing& settings,
                   std::vector<NamedAugmentation> augmentations, int64_t classes);
  int64_t rows() const override { return plain_.rows(); }
  /// Draws from LibTorch's generator.
  Batch load(std::span<const int64_t> rows) const override;
  void expect(std::span<const int64_t> rows) const override {
    if (!from_recordings_) plain_.expect(rows);
  }
  /// Whether recordings change, so that features are computed batch by batch.
  bool computes_features() const { return from_recordings_; }

 private:
  const BatchSource& plain_;
  const Dataset& recordings_;
  const Preprocessing settings_;
  const std::vector<NamedAugmentation> augmentations_;
  const int64_t classes_;
  bool from_recordings_ = false;

  void apply(AugmentRows& rows, bool of_recordings) const;
};

}  // namespace lathe
