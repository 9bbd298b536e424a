/// The [validation] section: training rows that are held back and watched while training, for early stopping and the
/// best weights. They are taken from the rows that train, never from those that test.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lathe/base/settings.h"
#include "lathe/data/dataset.h"
#include "lathe/data/splits.h"
#include "lathe/train/fit.h"

namespace lathe {

struct ValidationSection {
  double ratio = 0;  ///< of the rows that train, or of their groups; 0: none are held back
  uint64_t seed = 0;
  std::string kind;  ///< group_shuffle: the groups that scikit-learn's GroupShuffleSplit holds back; empty: lathe's own
};

/// Keys: ratio (0.2), seed, kind.
ValidationSection validation_section(const Settings& recipe);

/// Rows of `train` that go on training, and those held back (`test`): whole groups where the data has groups.
/// @throws Error when a side would be empty
Split hold_back(const Dataset& train, const ValidationSection& section);

/// What trainings of a run watch.
struct ValidationRows {
  const BatchSource* rows = nullptr;  ///< null: there are none
  std::function<double(const Graph& graph, const std::string& metric)> metric = nullptr;
};

/// Some rows of a source, under numbers of their own.
class SubsetBatches final : public BatchSource {
 public:
  /// @param source  kept by reference
  SubsetBatches(const BatchSource& source, std::vector<int64_t> rows) : source_(source), rows_(std::move(rows)) {}
  int64_t rows() const override { return static_cast<int64_t>(rows_.size()); }
  Batch load(std::span<const int64_t> rows) const override;

 private:
  const BatchSource& source_;
  std::vector<int64_t> rows_;
};

}  // namespace lathe
