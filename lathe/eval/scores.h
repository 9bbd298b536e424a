/// Model outputs beside their targets, boiled down to what metrics ask for: a bootstrap resample costs no second look
/// at the samples. Not post-processing: smooth the probabilities before they come here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lathe/eval/ranking.h"

namespace at {
class Tensor;  // metrics and reports need none of it
}

namespace lathe {

/// binary: one probability a sample against 0 or 1; classes: one class a window; values: real numbers.
enum class Task { binary, classes, values };
std::string_view name_of(Task task);

struct ScoreOptions {
  double threshold = 0.5;                ///< binary: positive where the probability is strictly greater
  std::vector<std::string> class_names;  ///< empty: "0", "1", …
  std::vector<std::string> groups;       ///< one name a row, such as the subject; empty: every window stands for itself
  std::vector<std::string> by_group = {};  ///< one name a row: who gets scores of their own besides; empty: nobody does
  /// Classes: what each row is taken for, where that is not its largest probability (smoothed sequences); or empty.
  std::vector<int64_t> decided = {};
};

/// How often a unit's samples of class `truth` were taken for class `predicted`.
struct ConfusionCell {
  int64_t unit = 0;
  int64_t truth = 0;
  int64_t predicted = 0;
  double count = 0;
};

/// A unit's sums over prediction - target.
struct ErrorSum {
  double absolute = 0;
  double squared = 0;
  double count = 0;
};

/// How sure the network was of the classes that it named: a unit's windows whose confidence lies in one of fifteen bins
/// of [0, 1], open below, closed above.
struct ConfidenceCell {
  static constexpr int64_t bins = 15;
  int64_t unit = 0;
  int64_t bin = 0;
  double count = 0;
  double right = 0;
  double confidence = 0;  ///< summed
};

struct GroupScores;

/// A unit is what the bootstrap draws: a window, or a group of windows that came from one subject.
struct Scores {
  Task task = Task::binary;
  int64_t windows = 0;
  int64_t samples = 0;
  int64_t units = 0;
  bool grouped = false;
  std::vector<std::string> class_names;  ///< empty for values
  std::vector<ConfusionCell> cells;      ///< only counts above 0; empty for values
  std::vector<Ranking> rankings;         ///< binary: one; classes: each class against the rest; empty for values
  std::vector<ErrorSum> errors;          ///< [unit]; empty but for values
  std::vector<ConfidenceCell> confidences = {};  ///< of classes; only counts above 0
  std::vector<GroupScores> groups;               ///< each group's own, in order of name; or empty
};

/// A group by itself; its units are its windows.
struct GroupScores {
  std::string name;
  Scores scores;
};

/// Per-sample probabilities [N, …] against labels 0 or 1 of the same shape and any type. Scores outside [0, 1] are
/// fine.
/// @throws Error on shapes that disagree, NaN or infinite probabilities, labels outside {0, 1}, groups that do not fit.
Scores binary_scores(const at::Tensor& probabilities, const at::Tensor& labels, const ScoreOptions& options = {});

/// Class probabilities [N, C] against class indices [N]; the first of equal maxima is the predicted class.
Scores class_scores(const at::Tensor& probabilities, const at::Tensor& labels, const ScoreOptions& options = {});

/// Real predictions [N, …] against targets of the same shape.
Scores value_scores(const at::Tensor& predictions, const at::Tensor& targets, const ScoreOptions& options = {});

}  // namespace lathe
