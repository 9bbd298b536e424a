/// scale: every axis is multiplied by a factor of its own, in [1 - most, 1 - least] or [1 + least, 1 + most].
/// Source: ssl-wearables draws factors in the whole interval, all anew until none is near 1: the same distribution.
#include "lathe/pretrain/task.h"

namespace lathe {
namespace {

class Scale final : public PretextTask {
 public:
  Scale(const TaskOptions& options, int64_t samples)
      : least_(options.least), most_(options.most), samples_(static_cast<size_t>(samples)) {}
  void apply(std::span<float> window, Rng& rng) const override {
    for (size_t at = 0; at < window.size(); at += samples_) {
      const double apart = rng.uniform(least_, most_);
      const auto factor = static_cast<float>(rng.chance(0.5) ? 1 + apart : 1 - apart);
      for (float& value : window.subspan(at, samples_)) value *= factor;
    }
  }

 private:
  double least_, most_;
  size_t samples_;
};

}  // namespace

std::unique_ptr<PretextTask> make_scale(const TaskOptions& options, WindowSize size) {
  if (!(options.least > 0 && options.least < options.most && options.most < 1))
    fail_as(ExitCode::usage, "least is {:g} and most {:g} (expected 0 < least < most < 1)", options.least,
            options.most);
  return std::make_unique<Scale>(options, size.samples);
}

}  // namespace lathe
