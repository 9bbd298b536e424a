/// The same learning rate all the time.
#include "lathe/train/schedules/factor.h"

namespace lathe {

std::unique_ptr<Schedule> make_constant_schedule(const ScheduleOptions&, double rate, int64_t) {
  return factor_schedule(rate, [](int64_t) { return 1.0; });
}

}  // namespace lathe
