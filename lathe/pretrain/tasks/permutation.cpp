/// permutation: the window is cut into parts, each longer than some samples, and the parts change places. Cuts are as
/// likely as in ssl-wearables, which draws until all parts are long enough; its 1 in 24 windows that stays as it was
/// and is labelled as changed is never drawn here.
#include <algorithm>
#include <numeric>
#include <vector>

#include "lathe/pretrain/task.h"

namespace lathe {
namespace {

class Permutation final : public PretextTask {
 public:
  Permutation(const TaskOptions& options, int64_t samples)
      : parts_(options.segments), shortest_(options.longer_than + 1), samples_(samples) {}

  void apply(std::span<float> window, Rng& rng) const override {
    const std::vector<int64_t> edges = drawn_edges(rng);
    const std::vector<size_t> order = drawn_order(rng);
    std::vector<float> axis(static_cast<size_t>(samples_));
    for (auto to = window.begin(); to != window.end();) {
      std::copy_n(to, axis.size(), axis.begin());
      for (const size_t part : order) to = std::copy(axis.begin() + edges[part], axis.begin() + edges[part + 1], to);
    }
  }

 private:
  int64_t parts_, shortest_, samples_;

  /// Where the parts begin, and the end. What is left over once every part is as short as it may be is dealt out.
  std::vector<int64_t> drawn_edges(Rng& rng) const {
    const int64_t spare = samples_ - parts_ * shortest_, cuts = parts_ - 1;
    std::vector<int64_t> places;  // distinct, of spare + cuts: Floyd's way
    for (int64_t last = spare; last < spare + cuts; ++last) {
      const int64_t place = rng.below(last + 1);
      places.push_back(std::find(places.begin(), places.end(), place) == places.end() ? place : last);
    }
    std::sort(places.begin(), places.end());
    std::vector<int64_t> edges = {0};
    for (int64_t i = 0; i < cuts; ++i) edges.push_back(places[static_cast<size_t>(i)] - i + (i + 1) * shortest_);
    edges.push_back(samples_);
    return edges;
  }

  std::vector<size_t> drawn_order(Rng& rng) const {
    std::vector<size_t> order(static_cast<size_t>(parts_));
    std::iota(order.begin(), order.end(), size_t{0});
    while (std::is_sorted(order.begin(), order.end()))
      for (size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<size_t>(rng.below(static_cast<int64_t>(i)))]);
    return order;
  }
};

}  // namespace

std::unique_ptr<PretextTask> make_permutation(const TaskOptions& options, WindowSize size) {
  const auto at_least = [](std::string_view name, int64_t value, int64_t least) {
    if (value < least) fail_as(ExitCode::usage, "{} is {} (expected at least {})", name, value, least);
  };
  at_least("segments", options.segments, 2);
  at_least("longer_than", options.longer_than, 0);
  const int64_t shortest = options.segments * (options.longer_than + 1);
  check(size.samples >= shortest,
        "windows have {} samples (expected at least {}: {} segments of more than {} samples); set fewer segments or a "
        "smaller longer_than",
        size.samples, shortest, options.segments, options.longer_than);
  return std::make_unique<Permutation>(options, size.samples);
}

}  // namespace lathe
