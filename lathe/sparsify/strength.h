/// How much the two ends of every connection of a layer have to do with each other, from what the layer takes and
/// gives.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

#include "lathe/base/registry.h"
#include "lathe/graph/graph.h"

namespace lathe {

struct StrengthOptions {
  std::string kind = "coactivation";
  double deviations = 1;  ///< variance: active is what lies as many standard deviations from the batch's mean
  bool operator==(const StrengthOptions&) const = default;
};

struct Strength {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< names of the options that only some read, with blanks between
  /// What is greater than 0 is active; null: not counted but correlated.
  at::Tensor (*activity)(const at::Tensor& values, const StrengthOptions& options);
};
/// "coactivation": how often both are above 0; "correlation_proxy": both not 0; "variance": both far from the batch's
/// mean; "correlation": |Pearson's r| over the batch, summed over positions.
const Registry<Strength>& strengths();

/// What a batch says: float64 of the weight's shape. Computed on the CPU.
/// @param node     with a parameter "weight" [out, in / groups, kernel …]: a linear layer or a convolution
/// @param in, out  what it takes and gives, [N, …]
/// Source: numenta/nupic.research, archive/dynamic_sparse; counts as the weight's gradient of binarised tensors.
at::Tensor strength_of(const Node& node, const at::Tensor& in, const at::Tensor& out, const StrengthOptions& options);

}  // namespace lathe
