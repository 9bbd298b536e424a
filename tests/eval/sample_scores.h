/// Small sets of scores for tests: tensors from literals, and seeded random data of every task.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lathe/base/rng.h"
#include "lathe/eval/scores.h"

namespace lathe::test {

inline at::Tensor table(std::vector<double> values, at::IntArrayRef shape) {
  return at::tensor(values).reshape(shape);
}

/// Outputs and targets whose rows are the units; `to_scores` fits the task.
struct Sample {
  Task task = Task::binary;
  at::Tensor outputs;
  at::Tensor targets;

  Scores to_scores(const ScoreOptions& options = {}) const {
    if (task == Task::binary) return binary_scores(outputs, targets, options);
    return task == Task::classes ? class_scores(outputs, targets, options) : value_scores(outputs, targets, options);
  }
  /// The rows named, in that order; a row may come more than once.
  Sample rows(const std::vector<int64_t>& indices) const {
    const at::Tensor at = at::tensor(indices);
    return {task, at::index_select(outputs, 0, at), at::index_select(targets, 0, at)};
  }
};

/// Outputs that know something of the targets; steps of 1/20 make ties.
inline Sample random_sample(Task task, int64_t rows, int64_t length, uint64_t seed) {
  Rng rng(seed);
  const int64_t classes = 4;
  std::vector<double> outputs, targets;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t label = rng.below(classes);
    if (task == Task::classes) targets.push_back(static_cast<double>(label));
    for (int64_t i = 0; i < (task == Task::classes ? classes : length); ++i) {
      const double score = static_cast<double>(rng.below(20)) / 20;
      outputs.push_back(score + (task == Task::classes && i == label ? 0.25 : 0));
      if (task == Task::binary) targets.push_back(rng.chance(0.2 + 0.6 * score) ? 1 : 0);
      if (task == Task::values) targets.push_back(rng.normal(score, 0.5));
    }
  }
  const int64_t width = task == Task::classes ? classes : length;
  Sample sample{task, table(outputs, {rows, width}), table(targets, {static_cast<int64_t>(targets.size())})};
  if (task != Task::classes) sample.targets = sample.targets.reshape({rows, width});
  return sample;
}

}  // namespace lathe::test
