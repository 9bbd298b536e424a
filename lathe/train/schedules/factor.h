/// A schedule that is a formula: the learning rate times a factor that depends on time alone.
#pragma once

#include <algorithm>
#include <utility>

#include "lathe/train/schedule.h"

namespace lathe {

template <class Factor>
class FactorSchedule final : public Schedule {
 public:
  FactorSchedule(double rate, Factor factor) : rate_(rate), factor_(std::move(factor)) {}
  double learning_rate(int64_t t) const override { return rate_ * factor_(t); }

 private:
  double rate_;
  Factor factor_;
};

template <class Factor>
std::unique_ptr<Schedule> factor_schedule(double rate, Factor factor) {
  return std::make_unique<FactorSchedule<Factor>>(rate, std::move(factor));
}

/// How much of `length` units is over at t, from 0 to 1.
inline double share_done(int64_t t, int64_t length) {
  return static_cast<double>(std::min(t, length)) / static_cast<double>(length);
}

/// The units until the end: as set, else the whole training, and never less than one.
inline int64_t length_or(const ScheduleOptions& options, int64_t total) {
  return std::max<int64_t>(1, options.length > 0 ? options.length : total);
}

}  // namespace lathe
