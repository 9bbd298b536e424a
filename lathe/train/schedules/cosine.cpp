/// Half a cosine down to a factor, which is then kept. Source: torch.optim.lr_scheduler.CosineAnnealingLR up to T_max;
/// PyTorch's goes up again behind it.
#include <cmath>
#include <numbers>

#include "lathe/train/schedules/factor.h"

namespace lathe {

std::unique_ptr<Schedule> make_cosine_schedule(const ScheduleOptions& options, double rate, int64_t total) {
  return factor_schedule(rate, [end = options.end_factor, length = length_or(options, total)](int64_t t) {
    return end + (1 - end) * (1 + std::cos(std::numbers::pi * share_done(t, length))) / 2;
  });
}

}  // namespace lathe
