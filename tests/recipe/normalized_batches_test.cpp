/// Rows that are read batch by batch are those that would be normalised at once, whatever was announced.
#include "lathe/recipe/normalized_batches.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <numeric>

namespace lathe {
namespace {

TEST(NormalizedBatches, FromAFileAreThoseOfMemory) {
  Dataset data;
  data.name = "made";
  data.inputs = at::randn({50, 3, 20});
  data.targets = at::arange(50);
  const Preprocessing settings{.normalize = "zscore"};
  const NormalizedBatches whole(data, settings), streamed(data, settings, 50 * 3 * 20 * 4 - 1);
  std::vector<int64_t> order(50);
  std::iota(order.rbegin(), order.rend(), 0);
  const std::span<const int64_t> rows(order);
  for (size_t begin = 0; begin < 50; begin += 8) {
    const auto batch = rows.subspan(begin, std::min<size_t>(8, 50 - begin));
    const bool told = begin % 16 == 0;  // every other batch is announced, and once another one is
    if (told) streamed.expect(begin == 16 ? rows.first(8) : batch);
    const Batch one = whole.load(batch), other = streamed.load(batch);
    EXPECT_TRUE(one.inputs[0].equal(other.inputs[0])) << begin;
    EXPECT_TRUE(one.targets[0].equal(other.targets[0])) << begin;
  }
}

}  // namespace
}  // namespace lathe
