/// A dataset as training wants it: normalised once when that fits into memory, batch by batch when not, the next one read
/// while the present one is computed; through the model's front end, unless the dataset holds features already.
#pragma once

#include <memory>
#include <string>

#include "lathe/data/row_prefetch.h"
#include "lathe/formats/preprocess.h"
#include "lathe/train/batches.h"

namespace lathe {

class NormalizedBatches final : public BatchSource {
 public:
  /// @param data  kept by reference; may be a map of a file larger than memory
  /// @param whole_bytes  what may be normalised at once; more is read batch by batch
  /// @throws Error when the dataset holds features of another front end
  NormalizedBatches(const Dataset& data, Preprocessing settings, int64_t whole_bytes = int64_t{1} << 30);
  int64_t rows() const override { return data_.rows(); }
  Batch load(std::span<const int64_t> rows) const override;
  void expect(std::span<const int64_t> rows) const override;

 private:
  const Dataset& data_;
  const Preprocessing settings_;
  at::Tensor whole_, targets_;
  std::unique_ptr<RowPrefetch> ahead_;  ///< where the whole does not fit
};

}  // namespace lathe
