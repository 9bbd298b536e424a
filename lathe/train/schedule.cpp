#include "lathe/train/schedule.h"

namespace lathe {
namespace {

/// A linear way up in front of another schedule, which starts its own time when the way up is over.
class WarmedUp final : public Schedule {
 public:
  WarmedUp(std::unique_ptr<Schedule> rest, double rate, double factor, int64_t length)
      : rest_(std::move(rest)), rate_(rate), factor_(factor), length_(length) {}
  double learning_rate(int64_t t) const override {
    if (t >= length_) return rest_->learning_rate(t - length_);
    return rate_ * (factor_ + (1 - factor_) * static_cast<double>(t) / static_cast<double>(length_));
  }
  void observe(int64_t t, double loss) override {
    if (t >= length_) rest_->observe(t - length_, loss);
  }
  std::vector<double> state() const override { return rest_->state(); }
  void load_state(const std::vector<double>& state) override { rest_->load_state(state); }

 private:
  std::unique_ptr<Schedule> rest_;
  double rate_, factor_;
  int64_t length_;
};

}  // namespace

void Schedule::load_state(const std::vector<double>& state) {
  check(state.empty(), "the schedule's saved state has {} values (expected none)", state.size());
}

std::unique_ptr<Schedule> make_schedule(const ScheduleOptions& options, double learning_rate, int64_t total) {
  const ScheduleEntry& entry = schedules().at(options.kind);
  const auto not_negative = [&](std::string_view name, auto value) {
    if (!(value >= 0))
      fail_as(ExitCode::usage, "schedule '{}': {} is {} (expected at least 0)", options.kind, name, value);
  };
  not_negative("start_factor", options.start_factor);
  not_negative("end_factor", options.end_factor);
  not_negative("length", options.length);
  not_negative("patience", options.patience);
  not_negative("cooldown", options.cooldown);
  not_negative("warmup", options.warmup);
  not_negative("warmup_factor", options.warmup_factor);
  if (options.decay && !(*options.decay > 0 && *options.decay <= 1))
    fail_as(ExitCode::usage, "schedule '{}': decay is {} (expected above 0 and at most 1)", options.kind,
            *options.decay);
  if (options.warmup == 0) return entry.make(options, learning_rate, total);
  return std::make_unique<WarmedUp>(entry.make(options, learning_rate, total - options.warmup), learning_rate,
                                    options.warmup_factor, options.warmup);
}

}  // namespace lathe
