/// Checks predictions and targets, then counts them per unit.
#include "lathe/eval/scores.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>

#include "lathe/base/errors.h"

namespace lathe {
namespace {

std::string text_of(at::IntArrayRef sizes) {
  return fmt::format("[{}]", fmt::join(sizes.begin(), sizes.end(), ", "));
}

at::Tensor doubles(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kDouble).contiguous();
}

std::span<const double> span_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), static_cast<size_t>(tensor.numel())};
}

/// "row 3, sample 17"; rows of one sample are just "row 3".
std::string place(size_t index, int64_t row_length, std::string_view column = "sample") {
  const auto at = static_cast<int64_t>(index);
  if (row_length == 1) return fmt::format("row {}", at);
  return fmt::format("row {}, {} {}", at / row_length, column, at % row_length);
}

void check_finite(std::string_view what, std::span<const double> values, int64_t row_length,
                  std::string_view column = "sample") {
  const auto odd = [](double value) { return !std::isfinite(value); };
  const auto first = std::find_if(values.begin(), values.end(), odd);
  if (first == values.end()) return;
  fail("{}: {} of {} values are NaN or infinite (first: {})", what, std::count_if(first, values.end(), odd),
       values.size(), place(static_cast<size_t>(first - values.begin()), row_length, column));
}

void check_rows(std::string_view what, const at::Tensor& tensor) {
  check(tensor.dim() > 0 && tensor.numel() > 0, "{}: nothing to evaluate (expected at least one window, got shape {})",
        what, text_of(tensor.sizes()));
}

void check_same_shape(std::string_view what, const at::Tensor& targets, std::string_view of,
                      const at::Tensor& outputs) {
  check(targets.sizes() == outputs.sizes(), "{}: shape differs from that of the {} (expected {}, got {})", what, of,
        text_of(outputs.sizes()), text_of(targets.sizes()));
}

/// The unit of every row; fills in what all tasks share.
std::vector<uint32_t> assign_units(Scores& scores, const at::Tensor& outputs, const ScoreOptions& options) {
  scores.windows = outputs.size(0);
  scores.grouped = !options.groups.empty();
  check(!scores.grouped || std::ssize(options.groups) == scores.windows,
        "groups: not one name a window (expected {}, got {})", scores.windows, options.groups.size());
  std::vector<uint32_t> units;
  std::unordered_map<std::string, uint32_t> numbers;
  for (int64_t row = 0; row < scores.windows; ++row) {
    const auto next = static_cast<uint32_t>(scores.grouped ? numbers.size() : units.size());
    units.push_back(scores.grouped ? numbers.emplace(options.groups[static_cast<size_t>(row)], next).first->second
                                   : next);
  }
  scores.units = scores.grouped ? std::ssize(numbers) : scores.windows;
  return units;
}

void name_classes(Scores& scores, int64_t classes, const ScoreOptions& options) {
  scores.class_names = options.class_names;
  if (scores.class_names.empty())
    for (int64_t c = 0; c < classes; ++c) scores.class_names.push_back(std::to_string(c));
  check(std::ssize(scores.class_names) == classes, "class names: not one a class (expected {}, got {})", classes,
        scores.class_names.size());
}

/// Collects counts and hands them out as cells, by unit, truth and prediction.
class CellCounter {
 public:
  void add(int64_t unit, int64_t truth, int64_t predicted, double count) {
    if (count > 0) counts_[{unit, truth, predicted}] += count;
  }
  std::vector<ConfusionCell> cells() const {
    std::vector<ConfusionCell> cells;
    for (const auto& [key, count] : counts_)
      cells.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
    return cells;
  }

 private:
  std::map<std::tuple<int64_t, int64_t, int64_t>, double> counts_;
};

/// Sums up confidences by unit and bin.
class ConfidenceCounter {
 public:
  void add(int64_t unit, double confidence, bool right) {
    const auto above = static_cast<int64_t>(std::ceil(confidence * ConfidenceCell::bins));
    const int64_t bin = std::clamp<int64_t>(above - 1, 0, ConfidenceCell::bins - 1);
    ConfidenceCell& cell = cells_[{unit, bin}];
    cell.unit = unit;
    cell.bin = bin;
    cell.count += 1;
    cell.right += right;
    cell.confidence += confidence;
  }
  std::vector<ConfidenceCell> cells() const {
    std::vector<ConfidenceCell> cells;
    for (const auto& [key, cell] : cells_) cells.push_back(cell);
    return cells;
  }

 private:
  std::map<std::pair<int64_t, int64_t>, ConfidenceCell> cells_;
};

/// Scores of each group's rows: `score` makes them.
template <typename Score>
std::vector<GroupScores> scores_by_group(const at::Tensor& outputs, const at::Tensor& targets,
                                         const ScoreOptions& options, const Score& score) {
  check(options.by_group.empty() || std::ssize(options.by_group) == outputs.size(0),
        "groups: not one name a window (expected {}, got {})", outputs.size(0), options.by_group.size());
  std::map<std::string, std::vector<int64_t>> rows_of;
  for (size_t row = 0; row < options.by_group.size(); ++row)
    rows_of[options.by_group[row]].push_back(static_cast<int64_t>(row));
  std::vector<GroupScores> groups;
  for (const auto& [name, rows] : rows_of) {
    const at::Tensor chosen = at::tensor(rows, at::kLong);
    ScoreOptions own{options.threshold, options.class_names, {}};
    for (const int64_t row : rows)
      if (!options.decided.empty()) own.decided.push_back(options.decided[static_cast<size_t>(row)]);
    groups.push_back({name, score(outputs.index_select(0, chosen.to(outputs.device())),
                                  targets.index_select(0, chosen.to(targets.device())), own)});
  }
  return groups;
}

}  // namespace

std::string_view name_of(Task task) {
  switch (task) {
    case Task::binary:
      return "binary";
    case Task::classes:
      return "classes";
    case Task::values:
      return "values";
  }
  return "?";
}

Scores binary_scores(const at::Tensor& probabilities, const at::Tensor& labels, const ScoreOptions& options) {
  check_rows("probabilities", probabilities);
  check_same_shape("labels", labels, "probabilities", probabilities);
  Scores scores{.task = Task::binary, .samples = probabilities.numel()};
  name_classes(scores, 2, options);
  const std::vector<uint32_t> units = assign_units(scores, probabilities, options);
  const int64_t length = scores.samples / scores.windows;

  const at::Tensor scored = doubles(probabilities), truths = doubles(labels);
  // Compared in the tensor's own precision, as PyTorch does: a float32 0.3 is not greater than 0.3.
  const at::Tensor called = doubles(probabilities.gt(options.threshold));
  const std::span<const double> score = span_of(scored), truth = span_of(truths), call = span_of(called);
  check_finite("probabilities", score, length);
  const auto odd = std::find_if(truth.begin(), truth.end(), [](double label) { return label != 0 && label != 1; });
  if (odd != truth.end())
    fail("labels: {} is neither class (expected 0 or 1, got {})",
         place(static_cast<size_t>(odd - truth.begin()), length), *odd);

  CellCounter counter;
  std::vector<Ranked> ranked;
  ranked.reserve(score.size());
  for (size_t row = 0, i = 0; row < units.size(); ++row) {
    std::array<double, 4> counts{};
    for (const size_t end = i + static_cast<size_t>(length); i < end; ++i) {
      counts[static_cast<size_t>(2 * truth[i] + call[i])] += 1;
      ranked.push_back({score[i], units[row], truth[i] == 1});
    }
    for (int64_t cell = 0; cell < 4; ++cell)
      counter.add(units[row], cell / 2, cell % 2, counts[static_cast<size_t>(cell)]);
  }
  scores.cells = counter.cells();
  scores.rankings.emplace_back(std::move(ranked), scores.units);
  scores.groups = scores_by_group(probabilities, labels, options, binary_scores);
  return scores;
}

Scores class_scores(const at::Tensor& probabilities, const at::Tensor& labels, const ScoreOptions& options) {
  check_rows("probabilities", probabilities);
  check(probabilities.dim() == 2 && probabilities.size(1) >= 2,
        "probabilities: not one row of classes a window (expected [N, C] with at least 2 classes, got {})",
        text_of(probabilities.sizes()));
  const int64_t classes = probabilities.size(1);
  Scores scores{.task = Task::classes, .samples = probabilities.size(0)};
  name_classes(scores, classes, options);
  const std::vector<uint32_t> units = assign_units(scores, probabilities, options);
  check(labels.dim() == 1 && labels.size(0) == scores.windows, "labels: not one class a window (expected [{}], got {})",
        scores.windows, text_of(labels.sizes()));

  const at::Tensor scored = doubles(probabilities), truths = doubles(labels);
  const std::span<const double> score = span_of(scored), truth = span_of(truths);
  const auto width = static_cast<size_t>(classes);
  check_finite("probabilities", score, classes, "class");
  check(options.decided.empty() || std::ssize(options.decided) == scores.windows,
        "decided classes: not one a window (expected {}, got {})", scores.windows, options.decided.size());
  CellCounter counter;
  ConfidenceCounter confidences;
  for (size_t row = 0; row < units.size(); ++row) {
    const double label = truth[row];
    check(label >= 0 && label < static_cast<double>(classes) && label == std::floor(label),
          "labels: row {} names no class (expected a whole number in 0 … {}, got {})", row, classes - 1, label);
    const auto first = score.begin() + static_cast<std::ptrdiff_t>(row * width);
    const auto largest = std::max_element(first, first + classes);
    const auto truth_class = static_cast<int64_t>(label);
    counter.add(units[row], truth_class, options.decided.empty() ? largest - first : options.decided[row], 1);
    confidences.add(units[row], *largest, largest - first == truth_class);
  }
  scores.cells = counter.cells();
  scores.confidences = confidences.cells();
  for (size_t c = 0; c < width; ++c) {
    std::vector<Ranked> ranked;
    ranked.reserve(units.size());
    for (size_t row = 0; row < units.size(); ++row)
      ranked.push_back({score[row * width + c], units[row], truth[row] == static_cast<double>(c)});
    scores.rankings.emplace_back(std::move(ranked), scores.units);
  }
  scores.groups = scores_by_group(probabilities, labels, options, class_scores);
  return scores;
}

Scores value_scores(const at::Tensor& predictions, const at::Tensor& targets, const ScoreOptions& options) {
  check_rows("predictions", predictions);
  check_same_shape("targets", targets, "predictions", predictions);
  Scores scores{.task = Task::values, .samples = predictions.numel()};
  const std::vector<uint32_t> units = assign_units(scores, predictions, options);
  const int64_t length = scores.samples / scores.windows;

  const at::Tensor predicted = doubles(predictions), wanted = doubles(targets);
  const std::span<const double> prediction = span_of(predicted), target = span_of(wanted);
  check_finite("predictions", prediction, length);
  check_finite("targets", target, length);
  scores.errors.resize(static_cast<size_t>(scores.units));
  for (size_t row = 0, i = 0; row < units.size(); ++row) {
    ErrorSum& sum = scores.errors[units[row]];
    for (const size_t end = i + static_cast<size_t>(length); i < end; ++i) {
      const double error = prediction[i] - target[i];
      sum.absolute += std::abs(error);
      sum.squared += error * error;
      sum.count += 1;
    }
  }
  scores.groups = scores_by_group(predictions, targets, options, value_scores);
  return scores;
}

}  // namespace lathe
