/// The tables of optimisers, schedules and losses: one line an entry, what it names lies in a file of that name.
#include "lathe/train/loss.h"
#include "lathe/train/optimizer.h"
#include "lathe/train/schedule.h"

namespace lathe {

using Update = void(const Tensor&, const Tensor&, ParameterState&, const OptimizerOptions&, double);
Update update_sgd, update_adam, update_adamw;

const Registry<OptimizerEntry>& optimizers() {
  static constexpr OptimizerEntry entries[] = {
      {"sgd", 0, update_sgd},
      {"adam", 0, update_adam},
      {"adamw", 0.01, update_adamw},
  };
  static constexpr Registry<OptimizerEntry> registry("optimizer", entries);
  return registry;
}

using MakeSchedule = std::unique_ptr<Schedule>(const ScheduleOptions&, double, int64_t);
MakeSchedule make_constant_schedule, make_cosine_schedule, make_exponential_schedule, make_linear_schedule,
    make_plateau_schedule, make_step_schedule, make_warmup_schedule;

const Registry<ScheduleEntry>& schedules() {
  static constexpr ScheduleEntry entries[] = {
      {"constant", make_constant_schedule},       {"cosine", make_cosine_schedule},
      {"exponential", make_exponential_schedule}, {"linear", make_linear_schedule},
      {"plateau", make_plateau_schedule},         {"step", make_step_schedule},
      {"warmup", make_warmup_schedule},
  };
  static constexpr Registry<ScheduleEntry> registry("schedule", entries);
  return registry;
}

using MakeLoss = std::unique_ptr<Loss>(const LossOptions&);
MakeLoss make_bce_loss, make_bce_with_logits_loss, make_cross_entropy_loss, make_mse_loss;

const Registry<LossEntry>& losses() {
  static constexpr LossEntry entries[] = {
      {"bce", make_bce_loss},
      {"bce_with_logits", make_bce_with_logits_loss},
      {"cross_entropy", make_cross_entropy_loss},
      {"mse", make_mse_loss},
  };
  static constexpr Registry<LossEntry> registry("loss", entries);
  return registry;
}

}  // namespace lathe
