/// An exponential ramp up, a flat part, a line down to `end_factor`. Source: exp_warmup_linear_down of the CP-ResNet
/// training scripts (PaSST, cpjku).
#include <cmath>

#include "lathe/train/schedules/factor.h"

namespace lathe {

std::unique_ptr<Schedule> make_warmup_schedule(const ScheduleOptions& options, double rate, int64_t) {
  const int64_t ramp = options.ramp_until, flat = options.flat_until, down = options.down_until;
  if (ramp < 0 || flat < ramp || down < flat)
    fail_as(ExitCode::usage, "schedule 'warmup': ramp_until {}, flat_until {}, down_until {} are not in order", ramp,
            flat, down);
  return factor_schedule(rate, [ramp, flat, down, end = options.end_factor](int64_t t) {
    if (t < ramp) {
      const double left = 1 - std::max(static_cast<double>(t), 0.5) / static_cast<double>(ramp);
      return std::exp(-5 * left * left);
    }
    if (t <= flat) return 1.0;
    return t >= down ? end : end + (1 - end) * static_cast<double>(down - t) / static_cast<double>(down - flat);
  });
}

}  // namespace lathe
