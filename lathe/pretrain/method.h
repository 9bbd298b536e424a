/// How a network learns without labels: which heads it gets for the time of training, what it makes small, and what
/// counts as right. One file a method in methods/, one line in registry.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lathe/pretrain/options.h"
#include "lathe/train/loss.h"

namespace lathe {

class PretextMethod {
 public:
  virtual ~PretextMethod() = default;
  /// How often each window is in its batch, changed each time anew.
  virtual int64_t views() const { return 1; }
  /// The network up to the features, whose tensors are shared with `graph`, and heads behind it as outputs. New heads
  /// draw their weights from LibTorch's generator. @throws Error for features that are not there
  virtual Graph network(const Graph& graph, const std::string& features) const = 0;
  /// Of the heads' outputs and PretextBatches' targets; also of rows that do not train.
  virtual std::shared_ptr<const Loss> loss() const = 0;
  /// What is measured: a name each.
  virtual std::vector<std::string> measures() const = 0;
  /// How many of the batch's rows each measure finds right, and what chance finds of a batch of `rows` rows.
  virtual std::vector<double> right(const std::vector<at::Tensor>& outputs, const Batch& batch) const = 0;
  virtual double chance(int64_t rows) const = 0;
};

struct PretextMethodEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< of the options that only some methods read, with blanks between
  bool whole_batches;         ///< compares the rows of a batch, so that one is not computed in parts
  std::unique_ptr<PretextMethod> (*make)(const PretrainOptions& options);
};
const Registry<PretextMethodEntry>& pretext_methods();

/// @throws Error (usage) for an unknown method or task, or an option outside its range
std::unique_ptr<PretextMethod> make_pretext_method(const PretrainOptions& options);

}  // namespace lathe
