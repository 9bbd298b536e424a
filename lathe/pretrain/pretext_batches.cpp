#include "lathe/pretrain/pretext_batches.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randint.h>

#include <algorithm>
#include <array>
#include <limits>

namespace lathe {
namespace {

WindowSize size_of(const BatchSource& rows) {
  const std::array<int64_t, 1> first = {0};
  const at::Tensor window = rows.load(first).inputs.at(0);
  check(window.dim() == 3, "pretraining works on windows [C, T] (got [{}])",
        fmt::join(window.sizes().slice(1).vec(), ", "));
  return {window.size(1), window.size(2)};
}

/// A number that follows from LibTorch's generator, and moves it on.
uint64_t drawn_seed() {
  return static_cast<uint64_t>(at::randint(std::numeric_limits<int64_t>::max(), {1}, at::kLong).item<int64_t>());
}

}  // namespace

std::vector<TaskOptions> in_order(const std::vector<TaskOptions>& tasks) {
  for (const TaskOptions& task : tasks) check_task(task);
  std::vector<TaskOptions> sorted;
  for (const PretextTaskEntry& entry : pretext_tasks()) {
    const auto is_it = [&](const TaskOptions& task) { return task.kind == entry.name; };
    const auto found = std::find_if(tasks.begin(), tasks.end(), is_it);
    if (found == tasks.end()) continue;
    if (std::count_if(tasks.begin(), tasks.end(), is_it) > 1)
      fail_as(ExitCode::usage, "pretext task '{}' is there twice (expected each once)", entry.name);
    sorted.push_back(*found);
  }
  return sorted;
}

PretextBatches::PretextBatches(const BatchSource& rows, const PretrainOptions& options, int64_t views,
                               const std::vector<std::string>& subjects, const std::vector<double>& weights)
    : rows_(rows),
      positive_ratio_(options.positive_ratio),
      views_(views),
      order_(rows.rows(), subjects, weights, options.sampling) {
  const WindowSize size = size_of(rows);
  for (const TaskOptions& task : in_order(options.tasks)) tasks_.push_back(make_pretext_task(task, size));
  const auto augment = [&](const char* name, std::optional<bool> wanted) {
    if (!wanted.value_or(size.channels == 3)) return;
    const Augmentation work = augmentations().at(name).prepare(Settings());
    within(fmt::format("augmentation '{}'", name), [&] { work.fits({{size.channels, size.samples}}); });
    augmentations_.push_back(work);
  };
  augment("axis_swap", options.axis_swap);
  augment("rotation", options.rotation);
}

PretextBatches PretextBatches::held_out(const BatchSource& rows, const PretrainOptions& options, int64_t views) {
  PretrainOptions plain = options;
  plain.axis_swap = plain.rotation = false;
  plain.sampling = {};
  PretextBatches batches(rows, plain, views);
  batches.fixed_ = true;
  return batches;
}

Batch PretextBatches::load(std::span<const int64_t> rows) const {
  const at::Tensor plain = rows_.load(rows).inputs.at(0);
  const int64_t count = plain.size(0), values = plain.size(1) * plain.size(2);
  const at::Tensor changed = at::empty({views_ * count, plain.size(1), plain.size(2)}, at::kFloat);
  for (int64_t view = 0; view < views_; ++view) changed.narrow(0, view * count, count).copy_(plain);
  const at::Tensor labels = at::empty({std::ssize(tasks_), views_ * count}, at::kLong);
  Rng rng(fixed_ ? 0 : drawn_seed());
  for (int64_t at = 0; at < views_ * count; ++at) {
    if (fixed_) rng = Rng(static_cast<uint64_t>(rows[static_cast<size_t>(at % count)] * views_ + at / count));
    const std::span<float> window(changed.mutable_data_ptr<float>() + at * values, static_cast<size_t>(values));
    for (size_t task = 0; task < tasks_.size(); ++task) {
      const bool change = rng.chance(positive_ratio_);
      if (change) tasks_[task]->apply(window, rng);
      labels.mutable_data_ptr<int64_t>()[static_cast<int64_t>(task) * labels.size(1) + at] = change ? 1 : 0;
    }
  }
  AugmentRows augmented{.inputs = changed};
  for (const Augmentation& augmentation : augmentations_) augmentation.apply(augmented);
  return {{augmented.inputs}, labels.unbind(0)};
}

}  // namespace lathe
