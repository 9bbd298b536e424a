/// The tables of pretext tasks, in the order in which they are applied, and of methods: one line an entry, a file each.
#include <limits>

#include "lathe/pretrain/method.h"
#include "lathe/pretrain/pretext_batches.h"
#include "lathe/pretrain/task.h"

namespace lathe {

using Make = std::unique_ptr<PretextTask>(const TaskOptions&, WindowSize);
Make make_arrow_of_time, make_permutation, make_scale, make_time_warp;
using MakeMethod = std::unique_ptr<PretextMethod>(const PretrainOptions&);
MakeMethod make_contrastive, make_tasks;

const Registry<PretextTaskEntry>& pretext_tasks() {
  static constexpr PretextTaskEntry entries[] = {
      {"arrow_of_time", "is time running backwards? channels keep their places", "", "aot_h", make_arrow_of_time},
      {"scale", "is every axis stretched or shrunk, each by a factor of its own?", "least most", "scale_h", make_scale},
      {"permutation", "have parts of the window changed places?", "segments longer_than", "permute_h",
       make_permutation},
      {"time_warp", "does time run at a changing speed, on each axis by itself?", "knots deviation", "time_w_h",
       make_time_warp},
  };
  static constexpr Registry<PretextTaskEntry> registry("pretext task", entries);
  return registry;
}

std::unique_ptr<PretextTask> make_pretext_task(const TaskOptions& options, WindowSize size) {
  const PretextTaskEntry& entry = pretext_tasks().at(options.kind);
  if (!(options.weight > 0 && options.weight < std::numeric_limits<double>::infinity()))
    fail_as(ExitCode::usage, "pretext task '{}': weight is {:g} (expected more than 0)", options.kind, options.weight);
  try {
    return entry.make(options, size);
  } catch (const Error& error) {
    throw error.within(fmt::format("pretext task '{}'", options.kind));
  }
}

void check_task(const TaskOptions& options) {
  constexpr int64_t kPlenty = int64_t{1} << 40;
  make_pretext_task(options, {3, kPlenty});
}

const Registry<PretextMethodEntry>& pretext_methods() {
  static constexpr PretextMethodEntry entries[] = {
      {"contrastive", "two changed views of a window are alike, and unlike other windows (SimCLR)",
       "temperature projection", true, make_contrastive},
      {"tasks", "say what was done to a window: the mean of the tasks' cross-entropies", "", false, make_tasks},
  };
  static constexpr Registry<PretextMethodEntry> registry("pretraining method", entries);
  return registry;
}

std::unique_ptr<PretextMethod> make_pretext_method(const PretrainOptions& options) {
  const PretextMethodEntry& entry = pretext_methods().at(options.method);
  if (!(options.positive_ratio > 0 && options.positive_ratio < 1))
    fail_as(ExitCode::usage, "pretraining: positive_ratio is {:g} (expected more than 0, less than 1)",
            options.positive_ratio);
  if (in_order(options.tasks).empty())
    fail_as(ExitCode::usage, "pretraining: no task is given (expected at least one of: {})",
            join(pretext_tasks().names()));
  return entry.make(options);
}

}  // namespace lathe
