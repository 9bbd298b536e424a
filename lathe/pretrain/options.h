/// What a pretraining without labels is told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lathe/pretrain/subject_order.h"
#include "lathe/pretrain/task.h"

namespace lathe {

struct PretrainOptions {
  std::string method = "tasks";  ///< a name from pretext_methods()
  std::vector<TaskOptions> tasks = {{"arrow_of_time"}, {"permutation"}, {"time_warp"}};  ///< the published best three
  double positive_ratio = 0.5;         ///< how often each task changes a window
  std::optional<bool> axis_swap = {};  ///< training windows, behind the tasks; unset: where they have three channels
  std::optional<bool> rotation = {};   ///< the same
  SamplingOptions sampling = {};
  std::string features = {};  ///< the node that heads read; empty: what the classifier reads
  double temperature = 0.1;   ///< contrastive: of the similarities
  int64_t projection = 128;   ///< contrastive: values of a view that are compared
};

}  // namespace lathe
