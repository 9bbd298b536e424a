/// The tables of optimisers, schedules and losses: one line an entry, what it names lies in a file of that name.
#include "lathe/train/loss.h"
#include "lathe/train/optimizer.h"
#include "lathe/train/schedule.h"

namespace lathe {

using Update = void(const Tensor&, const Tensor&, ParameterState&, const OptimizerOptions&, double);
Update update_sgd, update_adam, update_adamw;

const Registry<OptimizerEntry>& optimizers() {
  static constexpr OptimizerEntry entries[] = {
      {"sgd", "gradient descent, with momentum where it is set", "momentum dampening nesterov", 0, update_sgd},
      {"adam", "steps scaled by the gradients' running moments; weight decay joins the gradient",
       "beta1 beta2 epsilon amsgrad", 0, update_adam},
      {"adamw", "as adam, but weight decay shrinks the parameter itself", "beta1 beta2 epsilon amsgrad", 0.01,
       update_adamw},
  };
  static constexpr Registry<OptimizerEntry> registry("optimizer", entries);
  return registry;
}

using MakeSchedule = std::unique_ptr<Schedule>(const ScheduleOptions&, double, int64_t);
MakeSchedule make_constant_schedule, make_cosine_schedule, make_exponential_schedule, make_linear_schedule,
    make_plateau_schedule, make_step_schedule, make_warmup_schedule;

const Registry<ScheduleEntry>& schedules() {
  static constexpr ScheduleEntry entries[] = {
      {"constant", "the same learning rate all the time", "", make_constant_schedule},
      {"cosine", "half a cosine down to end_factor", "end_factor length per", make_cosine_schedule},
      {"exponential", "times decay every epoch or step", "decay per", make_exponential_schedule},
      {"linear", "a straight line from start_factor to end_factor", "start_factor end_factor length per",
       make_linear_schedule},
      {"plateau", "times decay when the loss has stopped falling", "decay patience threshold cooldown minimum",
       make_plateau_schedule},
      {"step", "times decay after every so many epochs or steps", "decay every per", make_step_schedule},
      {"warmup", "a ramp up, a flat part, a line down", "ramp_until flat_until down_until end_factor per",
       make_warmup_schedule},
  };
  static constexpr Registry<ScheduleEntry> registry("schedule", entries);
  return registry;
}

using MakeLoss = std::unique_ptr<Loss>(const LossOptions&);
MakeLoss make_bce_loss, make_bce_with_logits_loss, make_cross_entropy_loss, make_mse_loss;

const Registry<LossEntry>& losses() {
  static constexpr LossEntry entries[] = {
      {"bce", "binary cross-entropy of probabilities", LossInput::probabilities, make_bce_loss},
      {"bce_with_logits", "binary cross-entropy of values before a sigmoid", LossInput::scores,
       make_bce_with_logits_loss},
      {"cross_entropy", "cross-entropy of class scores before a softmax", LossInput::scores, make_cross_entropy_loss},
      {"mse", "mean squared error", LossInput::values, make_mse_loss},
  };
  static constexpr Registry<LossEntry> registry("loss", entries);
  return registry;
}

}  // namespace lathe
