#include "lathe/recipe/step.h"

#include <algorithm>

#include "lathe/base/text.h"

namespace lathe {

Step prepare_absorb(const Settings& settings, StepPlan& plan);
Step prepare_compact(const Settings& settings, StepPlan& plan);
Step prepare_distill(const Settings& settings, StepPlan& plan);
Step prepare_finetune(const Settings& settings, StepPlan& plan);
Step prepare_fold_batch_norm(const Settings& settings, StepPlan& plan);
Step prepare_merge(const Settings& settings, StepPlan& plan);
Step prepare_pretrain(const Settings& settings, StepPlan& plan);
Step prepare_prune(const Settings& settings, StepPlan& plan);
Step prepare_sparsify(const Settings& settings, StepPlan& plan);
Step prepare_surgical(const Settings& settings, StepPlan& plan);

const std::string& StepPlan::want(const Settings& settings, const std::string& key, const std::string& point) {
  if (std::find(points.begin(), points.end(), point) == points.end())
    throw settings_error(settings.origin(key), unknown_name("point of the run", point, points));
  return *wanted.insert(point).first;
}

const Registry<StepEntry>& steps() {
  static const StepEntry entries[] = {
      {"absorb", "put the mixing weights into the kernels; only signs stay", prepare_absorb},
      {"compact", "take out the channels that sparse weights left dead, exactly", prepare_compact},
      {"distill", "train under a teacher: another network, or this one as it was", prepare_distill},
      {"finetune", "train on, with settings of its own", prepare_finetune},
      {"fold_batch_norm", "put batch norms into the layers before them, exactly", prepare_fold_batch_norm},
      {"merge", "merge similar kernels of a learned-kernel bank", prepare_merge},
      {"pretrain", "learn from the training windows without their labels", prepare_pretrain},
      {"prune", "remove whole channels, the least important first", prepare_prune},
      {"sparsify", "train with few connections, which change places on the way", prepare_sparsify},
      {"surgical", "train on one block at a time, and keep what does best on validation rows", prepare_surgical},
  };
  static const Registry<StepEntry> registry("step", entries);
  return registry;
}

}  // namespace lathe
