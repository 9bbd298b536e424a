/// Labelled recordings cut into equal rows, and the check that they are fit to learn from. No reading, no batches.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/data/cleaning/step.h"

namespace lathe {

struct Dataset {
  std::string name = "dataset";     ///< stands in front of every error
  at::Tensor inputs;                ///< [N, C, T] or [N, C, H, W], any numeric type; may be a read-only file map
  at::Tensor targets;               ///< [N, T] 0 or 1 per sample, [N] int64 classes, [N] float values, or undefined
  std::vector<std::string> groups;  ///< subject or recording of each row, or empty
  std::vector<std::string> class_names;  ///< names of the classes 0, 1, …, or empty
  double rate_hz = 0;                    ///< 0: not known
  at::Tensor times = {};                 ///< [N] float64: the second at which each row begins; undefined: not known
  std::map<std::string, std::string> features =
      {};                  ///< settings that the inputs were computed with; empty: as recorded
  Cleaning cleaning = {};  ///< what the recordings have been through

  int64_t rows() const { return inputs.defined() && inputs.dim() > 0 ? inputs.size(0) : 0; }
  /// The dataset of these rows, in this order. Neighbouring rows stay a view; anything else is copied: more than
  /// 512 MiB of inputs into a temporary file, which is mapped (spilled_rows.h).
  Dataset select(std::span<const int64_t> rows) const;
};

/// Rows of a tensor as Dataset::select takes them. @throws Error for a row that is not there.
at::Tensor take_rows(const at::Tensor& values, std::span<const int64_t> rows);

/// Checks that inputs, targets and groups agree in shape and type. Reads no values.
void verify_shapes(const Dataset& dataset);
/// verify_shapes, then every value: inputs finite, labels within their set. Reads piece by piece, so a mapped file
/// stays a file. @throws Error that names the first offender.
void verify(const Dataset& dataset);

/// What to do with rows that hold a NaN or an infinity.
enum class Missing { refuse, drop };
/// From a recipe's word. @throws Error (usage) for any other.
Missing missing_rule(std::string_view word);

struct Accepted {
  Dataset data;
  int64_t dropped = 0;  ///< rows left out
};
/// The dataset, verified, without the rows that the rule drops. @throws Error as verify, or when no row is left.
Accepted accept(const Dataset& dataset, Missing rule);

}  // namespace lathe
