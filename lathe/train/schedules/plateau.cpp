/// A decay when the loss has stopped falling. Source: torch.optim.lr_scheduler.ReduceLROnPlateau, mode "min", relative
/// threshold.
#include <algorithm>
#include <cmath>
#include <limits>

#include "lathe/train/schedule.h"

namespace lathe {
namespace {

class Plateau final : public Schedule {
 public:
  Plateau(const ScheduleOptions& options, double rate)
      : options_(options), decay_(options.decay.value_or(0.1)), rate_(rate) {}
  double learning_rate(int64_t) const override { return rate_; }
  void observe(int64_t, double loss) override {
    const bool better = loss < best_ * (1 - options_.threshold);
    if (better) best_ = loss;
    bad_ = better ? 0 : bad_ + 1;
    if (cooling_ > 0) {
      --cooling_;
      bad_ = 0;
    }
    if (bad_ <= static_cast<double>(options_.patience)) return;
    const double lower = std::max(rate_ * decay_, options_.minimum);
    if (rate_ - lower > 1e-8) rate_ = lower;  // PyTorch's `eps`
    cooling_ = static_cast<double>(options_.cooldown);
    bad_ = 0;
  }
  std::vector<double> state() const override { return {rate_, best_, bad_, cooling_}; }
  void load_state(const std::vector<double>& state) override {
    check(state.size() == 4, "schedule 'plateau': its saved state has {} values (expected 4)", state.size());
    check(state[0] >= 0 && std::isfinite(state[0]),
          "schedule 'plateau': its saved learning rate is {} (expected a finite number of at least 0)", state[0]);
    check(state[2] >= 0 && state[3] >= 0, "schedule 'plateau': its saved counts are {} and {} (expected at least 0)",
          state[2], state[3]);
    rate_ = state[0];
    best_ = state[1];
    bad_ = state[2];
    cooling_ = state[3];
  }

 private:
  ScheduleOptions options_;
  double decay_, rate_;
  double best_ = std::numeric_limits<double>::infinity();
  double bad_ = 0, cooling_ = 0;  // whole numbers, kept as the state's type
};

}  // namespace

std::unique_ptr<Schedule> make_plateau_schedule(const ScheduleOptions& options, double rate, int64_t) {
  return std::make_unique<Plateau>(options, rate);
}

}  // namespace lathe
