/// time_warp: time runs at a speed that changes slowly, a cubic spline through values around 1, on each axis by itself.
/// The axes come apart, as in ssl-wearables. There, a speed that fell to 0 or below would mix the samples up; here it
/// is drawn anew.
#include "lathe/pretrain/tasks/time_warp.h"

#include <algorithm>

#include "lathe/pretrain/task.h"
#include "lathe/pretrain/tasks/cubic_spline.h"

namespace lathe {

std::vector<double> warped_clock(std::span<const double> speeds) {
  std::vector<double> clock(speeds.size());
  double sum = 0;
  for (size_t i = 0; i < speeds.size(); ++i) clock[i] = sum += speeds[i];
  const double scale = static_cast<double>(speeds.size() - 1) / sum;
  for (double& time : clock) time *= scale;
  clock.back() = static_cast<double>(speeds.size() - 1);  // whatever was rounded on the way
  return clock;
}

void read_by_clock(std::span<const double> clock, std::span<float> axis) {
  const std::vector<float> before(axis.begin(), axis.end());
  size_t next = 0;  // the first sample that has not happened yet
  for (size_t i = 0; i < axis.size(); ++i) {
    const auto now = static_cast<double>(i);
    while (next < clock.size() && clock[next] <= now) ++next;
    if (next == 0 || next == clock.size()) {
      axis[i] = next == 0 ? before.front() : before.back();
      continue;
    }
    const double share = (now - clock[next - 1]) / (clock[next] - clock[next - 1]);
    axis[i] = static_cast<float>(before[next - 1] + share * (static_cast<double>(before[next]) - before[next - 1]));
  }
}

namespace {

class TimeWarp final : public PretextTask {
 public:
  TimeWarp(const TaskOptions& options, int64_t samples)
      : knots_(static_cast<size_t>(options.knots)), deviation_(options.deviation), samples_(samples) {}

  /// Of a hundred draws, those whose clock runs forward throughout; looked at often enough between two knots.
  int64_t usable_of_hundred() const {
    Rng rng(0);
    int64_t usable = 0;
    const int64_t often = std::min(samples_, 16 * static_cast<int64_t>(knots_));
    for (int draw = 0; draw < 100; ++draw) usable += forward(speeds(rng, often)) ? 1 : 0;
    return usable;
  }

  void apply(std::span<float> window, Rng& rng) const override {
    const auto length = static_cast<size_t>(samples_);
    for (size_t at = 0; at < window.size(); at += length)
      read_by_clock(warped_clock(drawn_speeds(rng)), window.subspan(at, length));
  }

 private:
  size_t knots_;
  double deviation_;
  int64_t samples_;

  std::vector<double> speeds(Rng& rng, int64_t samples) const {
    std::vector<double> values(knots_);
    for (double& value : values) value = rng.normal(1, deviation_);
    return CubicSpline(values).sampled(samples);
  }
  static bool forward(const std::vector<double>& speeds) { return *std::min_element(speeds.begin(), speeds.end()) > 0; }
  /// Ends: make_time_warp refuses settings with which hardly any clock runs forward.
  std::vector<double> drawn_speeds(Rng& rng) const {
    for (;;)
      if (std::vector<double> drawn = speeds(rng, samples_); forward(drawn)) return drawn;
  }
};

}  // namespace

std::unique_ptr<PretextTask> make_time_warp(const TaskOptions& options, WindowSize size) {
  if (options.knots < 4) fail_as(ExitCode::usage, "knots is {} (expected at least 4)", options.knots);
  if (!(options.deviation > 0 && options.deviation <= 0.5))
    fail_as(ExitCode::usage, "deviation is {:g} (expected above 0, at most 0.5)", options.deviation);
  check(size.samples >= options.knots, "windows have {} samples (expected at least {}, one a knot)", size.samples,
        options.knots);
  auto task = std::make_unique<TimeWarp>(options, size.samples);
  if (const int64_t usable = task->usable_of_hundred(); usable < 5)
    fail_as(
        ExitCode::usage,
        "knots = {} with deviation = {:g} lets time run backwards in {} of 100 draws (expected at most 95); take fewer "
        "knots or a smaller deviation",
        options.knots, options.deviation, 100 - usable);
  return task;
}

}  // namespace lathe
