/// A straight line from one factor to another. Source: torch.optim.lr_scheduler.LinearLR, its closed form.
#include "lathe/train/schedules/factor.h"

namespace lathe {

std::unique_ptr<Schedule> make_linear_schedule(const ScheduleOptions& options, double rate, int64_t total) {
  return factor_schedule(
      rate, [start = options.start_factor, end = options.end_factor, length = length_or(options, total)](int64_t t) {
        return start + (end - start) * share_done(t, length);
      });
}

}  // namespace lathe
