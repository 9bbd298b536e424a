/// Selecting rows of a dataset and checking that it is fit to learn from.
#include "lathe/data/dataset.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/data/pieces.h"
#include "lathe/data/spilled_rows.h"

namespace lathe {

namespace {

std::string described(const at::Tensor& tensor) {
  return fmt::format("{} [{}]", c10::toString(tensor.scalar_type()), fmt::join(tensor.sizes().vec(), ", "));
}

bool per_sample(const Dataset& dataset) {
  return dataset.targets.dim() == 2;
}

/// Marks rows with a value that is NaN or, where asked, infinite. Returns the number of such values.
int64_t mark_missing(const at::Tensor& values, bool infinite_too, std::vector<bool>& marked) {
  int64_t count = 0;
  if (!values.is_floating_point() || values.numel() == 0) return count;
  constexpr int64_t piece = int64_t{1} << 20;
  const int64_t rows_at_once = std::max<int64_t>(1, piece * values.size(0) / values.numel());
  for (int64_t first = 0; first < values.size(0); first += rows_at_once) {
    const at::Tensor block = values.narrow(0, first, std::min(rows_at_once, values.size(0) - first));
    // A sum is finite only where all of it is: most blocks need no second look, and none in double precision.
    const bool whole = std::isfinite(at::sum(block).item<double>());
    if (values.device().is_cpu()) MappedFile::forget(values.const_data_ptr());
    if (whole) continue;
    data_detail::for_each_piece(block, [&](int64_t row, int64_t, const double* data, int64_t length) {
      for (int64_t i = 0; i < length; ++i) {
        const bool missing = infinite_too ? !std::isfinite(data[i]) : std::isnan(data[i]);
        if (!missing) continue;
        ++count;
        marked[static_cast<size_t>(first + row)] = true;
      }
    });
  }
  return count;
}

int64_t first_of(const std::vector<bool>& marked) {
  return std::find(marked.begin(), marked.end(), true) - marked.begin();
}

void verify_inputs(const Dataset& dataset) {
  std::vector<bool> marked(dataset.rows());
  const int64_t count = mark_missing(dataset.inputs, true, marked);
  if (count == 0) return;
  const int64_t rows = std::count(marked.begin(), marked.end(), true);
  fail(
      "{}: inputs hold NaN or infinity (expected finite numbers, got {} such value{} in {} row{}, the first in row "
      "{}); "
      "missing = \"drop\" leaves such rows out",
      dataset.name, count, count == 1 ? "" : "s", rows, rows == 1 ? "" : "s", first_of(marked));
}

void verify_sample_labels(const Dataset& dataset) {
  data_detail::for_each_piece(dataset.targets, [&](int64_t row, int64_t first, const double* data, int64_t length) {
    for (int64_t i = 0; i < length; ++i)
      check(data[i] == 0 || data[i] == 1,
            "{}: label outside the allowed set (expected 0 or 1, got {} in row {}, sample {})", dataset.name, data[i],
            row, first + i);
  });
}

void verify_row_targets(const Dataset& dataset) {
  const bool classes = !dataset.targets.is_floating_point();
  const auto known = static_cast<double>(dataset.class_names.size());
  data_detail::for_each_piece(dataset.targets.unsqueeze(1), [&](int64_t row, int64_t, const double* data, int64_t) {
    const double value = data[0];
    if (!classes) {
      check(std::isfinite(value), "{}: target is not a number (expected a finite one, got {} in row {})", dataset.name,
            value, row);
    } else if (dataset.class_names.empty()) {
      check(value >= 0, "{}: class outside the allowed set (expected 0 or more, got {} in row {})", dataset.name, value,
            row);
    } else {
      check(value >= 0 && value < known, "{}: class outside the allowed set (expected 0 to {}, got {} in row {})",
            dataset.name, dataset.class_names.size() - 1, value, row);
    }
  });
}

bool are_neighbours(std::span<const int64_t> rows) {
  for (size_t i = 1; i < rows.size(); ++i)
    if (rows[i] != rows[0] + static_cast<int64_t>(i)) return false;
  return true;
}

/// Neighbours stay a view, few rows are copied, and many go to a file: the inputs may be larger than memory.
at::Tensor chosen_inputs(const at::Tensor& inputs, std::span<const int64_t> rows) {
  constexpr int64_t most_bytes = int64_t{1} << 29;
  const int64_t row_bytes = inputs.size(0) > 0 ? static_cast<int64_t>(inputs.nbytes()) / inputs.size(0) : 0;
  if (are_neighbours(rows) || std::ssize(rows) * row_bytes <= most_bytes || !inputs.device().is_cpu())
    return take_rows(inputs, rows);
  return spill_rows(inputs, rows, std::filesystem::temp_directory_path());
}

}  // namespace

at::Tensor take_rows(const at::Tensor& values, std::span<const int64_t> rows) {
  const int64_t count = values.size(0);
  for (const int64_t row : rows)
    check(row >= 0 && row < count, "row {} is not there (expected 0 to {})", row, count - 1);
  if (rows.empty()) return values.narrow(0, 0, 0);
  if (are_neighbours(rows)) return values.narrow(0, rows[0], static_cast<int64_t>(rows.size()));
  // index_select only reads its index: the cast away of const is not a write.
  const at::Tensor index = at::from_blob(const_cast<int64_t*>(rows.data()), {static_cast<int64_t>(rows.size())},
                                         at::TensorOptions().dtype(at::kLong));
  return at::index_select(values, 0, index.to(values.device()));
}

Dataset Dataset::select(std::span<const int64_t> rows) const {
  return within(name, [&] {
    Dataset chosen = *this;
    chosen.inputs = chosen_inputs(inputs, rows);
    if (targets.defined()) chosen.targets = take_rows(targets, rows);
    if (times.defined()) chosen.times = take_rows(times, rows);
    if (!groups.empty()) {
      chosen.groups.clear();
      for (const int64_t row : rows) chosen.groups.push_back(groups.at(row));
    }
    return chosen;
  });
}

void verify_shapes(const Dataset& dataset) {
  const std::string& name = dataset.name;
  const at::Tensor &inputs = dataset.inputs, &targets = dataset.targets;
  check(inputs.defined(), "{}: has no inputs (expected a tensor [N, C, T] or [N, C, H, W])", name);
  check(inputs.dim() == 3 || inputs.dim() == 4,
        "{}: inputs have the wrong shape (expected [N, C, T] or [N, C, H, W], got [{}])", name,
        fmt::join(inputs.sizes().vec(), ", "));
  check(inputs.numel() > 0, "{}: inputs are empty (expected at least one row and one sample, got [{}])", name,
        fmt::join(inputs.sizes().vec(), ", "));
  check(!inputs.is_complex(), "{}: inputs have the wrong type (expected real numbers, got {})", name,
        described(inputs));
  if (!dataset.groups.empty()) {
    const auto groups = static_cast<int64_t>(dataset.groups.size());
    check(groups == dataset.rows(), "{}: groups and inputs disagree (expected {} groups, one a row, got {})", name,
          dataset.rows(), groups);
  }
  if (!targets.defined()) return;
  check(targets.dim() == 1 || (targets.dim() == 2 && inputs.dim() == 3),
        "{}: targets have the wrong shape (expected [N, T] labels or [N] classes, got [{}])", name,
        fmt::join(targets.sizes().vec(), ", "));
  check(targets.size(0) == dataset.rows(), "{}: targets and inputs disagree (expected {} rows of targets, got {})",
        name, dataset.rows(), targets.size(0));
  check(!per_sample(dataset) || targets.size(1) == inputs.size(2),
        "{}: targets and inputs disagree (expected {} labels a row, one a sample, got {})", name, inputs.size(2),
        targets.size(-1));
}

void verify(const Dataset& dataset) {
  verify_shapes(dataset);
  verify_inputs(dataset);
  if (!dataset.targets.defined()) return;
  per_sample(dataset) ? verify_sample_labels(dataset) : verify_row_targets(dataset);
}

Missing missing_rule(std::string_view word) {
  if (word == "refuse") return Missing::refuse;
  if (word == "drop") return Missing::drop;
  throw Error(unknown_name("rule for missing values", word, {"refuse", "drop"}), ExitCode::usage);
}

Accepted accept(const Dataset& dataset, Missing rule) {
  verify_shapes(dataset);
  Accepted accepted{dataset, 0};
  if (rule == Missing::drop) {
    std::vector<bool> marked(dataset.rows());
    mark_missing(dataset.inputs, true, marked);
    if (dataset.targets.defined()) mark_missing(dataset.targets, false, marked);
    accepted.dropped = std::count(marked.begin(), marked.end(), true);
    check(accepted.dropped < dataset.rows(),
          "{}: every row holds NaN or infinity (expected at least one whole row of {}, got 0)", dataset.name,
          dataset.rows());
    if (accepted.dropped > 0) {
      std::vector<int64_t> whole;
      for (int64_t row = 0; row < dataset.rows(); ++row)
        if (!marked[row]) whole.push_back(row);
      accepted.data = dataset.select(whole);
    }
  }
  verify(accepted.data);
  return accepted;
}

}  // namespace lathe
