/// A decay every unit. Source: torch.optim.lr_scheduler.ExponentialLR.
#include <cmath>

#include "lathe/train/schedules/factor.h"

namespace lathe {

std::unique_ptr<Schedule> make_exponential_schedule(const ScheduleOptions& options, double rate, int64_t) {
  return factor_schedule(
      rate, [decay = options.decay.value_or(0.95)](int64_t t) { return std::pow(decay, static_cast<double>(t)); });
}

}  // namespace lathe
