/// A dataset as training wants it: normalised once when that fits into memory, batch by batch when not; through the
/// model's front end, unless the dataset holds features already.
#pragma once

#include <string>

#include "lathe/formats/preprocess.h"
#include "lathe/train/batches.h"

namespace lathe {

class NormalizedBatches final : public BatchSource {
 public:
  /// @param data  kept by reference; may be a map of a file larger than memory
  /// @throws Error when the dataset holds features of another front end
  NormalizedBatches(const Dataset& data, Preprocessing settings);
  int64_t rows() const override { return data_.rows(); }
  Batch load(std::span<const int64_t> rows) const override;

 private:
  const Dataset& data_;
  const Preprocessing settings_;
  at::Tensor whole_, targets_;
};

}  // namespace lathe
