#include "lathe/recipe/normalized_batches.h"

namespace lathe {

NormalizedBatches::NormalizedBatches(const Dataset& data, Preprocessing settings, int64_t whole_bytes)
    : data_(data), settings_(std::move(settings)) {
  check_same_features(settings_, data);
  targets_ = data.targets.scalar_type() == at::kLong ? data.targets : data.targets.to(at::kFloat);
  if (!data.features.empty())
    whole_ = data.inputs;
  else if (inputs_of(settings_, data, 0, 1).numel() * data.rows() * 4 <= whole_bytes)
    whole_ = within(data.name, [&] { return preprocess(settings_, data.inputs); });
  else
    ahead_ = std::make_unique<RowPrefetch>(data.inputs);
}

void NormalizedBatches::expect(std::span<const int64_t> rows) const {
  if (ahead_) ahead_->expect(rows);
}

Batch NormalizedBatches::load(std::span<const int64_t> rows) const {
  const at::Tensor inputs =
      whole_.defined() ? take_rows(whole_, rows) : preprocess(settings_, ahead_->take(rows));
  return {{inputs}, {take_rows(targets_, rows)}};
}

}  // namespace lathe
