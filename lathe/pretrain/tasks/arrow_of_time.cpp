/// arrow_of_time: the window runs backwards. The time axis alone is turned: a tutorial's np.flip without an axis also
/// turned the order of the channels, which a network sees without looking at time.
#include <algorithm>

#include "lathe/pretrain/task.h"

namespace lathe {
namespace {

class ArrowOfTime final : public PretextTask {
 public:
  explicit ArrowOfTime(int64_t samples) : samples_(static_cast<size_t>(samples)) {}
  void apply(std::span<float> window, Rng&) const override {
    for (size_t at = 0; at < window.size(); at += samples_) {
      const std::span<float> axis = window.subspan(at, samples_);
      std::reverse(axis.begin(), axis.end());
    }
  }

 private:
  size_t samples_;
};

}  // namespace

std::unique_ptr<PretextTask> make_arrow_of_time(const TaskOptions&, WindowSize size) {
  return std::make_unique<ArrowOfTime>(size.samples);
}

}  // namespace lathe
