#include "lathe/recipe/normalized_batches.h"

namespace lathe {

NormalizedBatches::NormalizedBatches(const Dataset& data, const std::string& transform)
    : data_(data), transform_(transforms().at(transform)) {
  constexpr int64_t kWholeBytes = int64_t{1} << 30;
  targets_ = data.targets.scalar_type() == at::kLong ? data.targets : data.targets.to(at::kFloat);
  if (data.inputs.numel() * 4 <= kWholeBytes) whole_ = transform_.apply(data.inputs);
}

Batch NormalizedBatches::load(std::span<const int64_t> rows) const {
  const at::Tensor inputs =
      whole_.defined() ? take_rows(whole_, rows) : transform_.apply(take_rows(data_.inputs, rows));
  return {{inputs}, {take_rows(targets_, rows)}};
}

}  // namespace lathe
