/// scikit-learn's GroupShuffleSplit: groups in NumPy's order, shuffled by NumPy's older generator.
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "lathe/base/errors.h"
#include "lathe/data/names.h"
#include "lathe/data/splits.h"

namespace lathe {
namespace {

/// numpy.random.RandomState(seed), as far as permutations go: MT19937, and numbers below a bound by masking and
/// drawing again.
class NumpyRandom {
 public:
  explicit NumpyRandom(uint32_t seed) : engine_(seed) {}

  std::vector<int64_t> permutation(int64_t count) {
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    for (int64_t i = count - 1; i >= 1; --i)
      std::swap(order[static_cast<size_t>(i)], order[up_to(static_cast<uint32_t>(i))]);
    return order;
  }

 private:
  std::mt19937 engine_;

  uint32_t up_to(uint32_t most) {
    uint32_t mask = most;
    for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
    uint32_t value = 0;
    do {
      value = static_cast<uint32_t>(engine_()) & mask;
    } while (value > most);
    return value;
  }
};

}  // namespace

Split group_shuffle(std::span<const std::string> groups, double test_ratio, uint64_t seed, int64_t draw) {
  check(!groups.empty(), "split: the data has no groups (expected one a row); use a split by rows");
  check(test_ratio > 0 && test_ratio < 1,
        "split: test ratio is out of range (expected more than 0 and less than 1, got {})", test_ratio);
  check(seed <= 0xffffffffU, "split: seed is too large for group_shuffle (expected at most 4294967295, got {})", seed);
  const std::vector<std::string> names = distinct_names(groups);
  const auto count = std::ssize(names);
  const auto tested = static_cast<int64_t>(std::ceil(test_ratio * static_cast<double>(count)));
  check(tested < count, "split: {} of {} groups would test (expected at least one that trains); a smaller test ratio",
        tested, count);
  NumpyRandom random(static_cast<uint32_t>(seed));
  std::vector<int64_t> order;
  for (int64_t i = 0; i <= draw; ++i) order = random.permutation(count);
  std::set<std::string_view> test;
  for (int64_t i = 0; i < tested; ++i) test.insert(names[static_cast<size_t>(order[static_cast<size_t>(i)])]);
  Split split;
  for (size_t row = 0; row < groups.size(); ++row)
    (test.count(groups[row]) != 0 ? split.test : split.train).push_back(static_cast<int64_t>(row));
  return split;
}

}  // namespace lathe
