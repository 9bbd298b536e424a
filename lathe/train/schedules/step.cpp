/// A decay every so many units. Source: torch.optim.lr_scheduler.StepLR.
#include <cmath>

#include "lathe/train/schedules/factor.h"

namespace lathe {

std::unique_ptr<Schedule> make_step_schedule(const ScheduleOptions& options, double rate, int64_t) {
  if (options.every < 1) fail_as(ExitCode::usage, "schedule 'step': every is {} (expected at least 1)", options.every);
  return factor_schedule(rate, [decay = options.decay.value_or(0.1), every = options.every](int64_t t) {
    return std::pow(decay, static_cast<double>(t / every));
  });
}

}  // namespace lathe
