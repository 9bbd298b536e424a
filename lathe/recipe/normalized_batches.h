/// A dataset as training wants it: normalised once when that fits into memory, batch by batch when not.
#pragma once

#include <string>

#include "lathe/data/transforms.h"
#include "lathe/train/batches.h"

namespace lathe {

class NormalizedBatches final : public BatchSource {
 public:
  /// @param data       kept by reference; may be a map of a file larger than memory
  /// @param transform  a name from transforms()
  NormalizedBatches(const Dataset& data, const std::string& transform);
  int64_t rows() const override { return data_.rows(); }
  Batch load(std::span<const int64_t> rows) const override;

 private:
  const Dataset& data_;
  const Transform& transform_;
  at::Tensor whole_, targets_;
};

}  // namespace lathe
