#include "lathe/exec/latency.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "lathe/exec/noise.h"
#include "lathe/exec/run.h"

namespace lathe {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Sets LibTorch's threads and puts them back.
class Threads {
 public:
  explicit Threads(int wanted) : before_(at::get_num_threads()) {
    if (wanted > 0) at::set_num_threads(wanted);
  }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// Between the two nearest where no value lies at that share.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(place));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Latency latency(const Graph& graph, const LatencyOptions& options) {
  constexpr int64_t kFewestRuns = 3, kWarmUps = 2;
  check(options.threads >= 0, "latency: {} threads (expected at least 1, or 0 for as many as are set)",
        options.threads);
  const at::NoGradGuard no_gradients;
  const Threads threads(options.threads);
  const std::vector<Tensor> inputs = noise(graph, options.batch, 0, options.inputs);

  const Clock::time_point warm_up = Clock::now();
  for (int64_t i = 0; i < kWarmUps || since(warm_up) < options.warm_up_seconds; ++i) run(graph, inputs);

  std::vector<double> seconds;
  const Clock::time_point start = Clock::now();
  const auto enough = [&] {
    const auto runs = static_cast<int64_t>(seconds.size());
    if (runs < kFewestRuns) return false;
    const double gone = since(start);
    return gone >= options.most_seconds || (runs >= options.least_runs && gone >= options.least_seconds);
  };
  while (!enough()) {
    const Clock::time_point begin = Clock::now();
    run(graph, inputs);
    seconds.push_back(since(begin));
  }
  std::sort(seconds.begin(), seconds.end());
  return {options.batch,          at::get_num_threads(),  static_cast<int64_t>(seconds.size()),
          quantile(seconds, 0.5), quantile(seconds, 0.1), quantile(seconds, 0.9)};
}

int64_t peak_process_bytes() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;  // Linux says kibibytes
}

}  // namespace lathe
