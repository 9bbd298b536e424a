/// Rows read ahead are the rows that would be read.
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

#include <numeric>

#include "lathe/data/dataset.h"
#include "lathe/data/row_prefetch.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Rows = std::vector<int64_t>;

at::Tensor numbers() {
  return at::arange(60).view({10, 3, 2});
}

bool same(const at::Tensor& got, const Rows& rows) {
  return at::equal(got, take_rows(numbers(), rows));
}

TEST(RowPrefetch, ExpectedRowsAreTheRows) {
  RowPrefetch prefetch(numbers());
  const Rows rows = {7, 0, 3, 3};
  prefetch.expect(rows);
  EXPECT_TRUE(same(prefetch.take(rows), rows));
  EXPECT_TRUE(same(prefetch.take(rows), rows));  // once more, as validation may
}

TEST(RowPrefetch, PartsOfWhatWasExpectedAreFound) {
  RowPrefetch prefetch(numbers());
  prefetch.expect(Rows{7, 0, 3, 4});
  EXPECT_TRUE(same(prefetch.take(Rows{7, 0}), {7, 0}));
  EXPECT_TRUE(same(prefetch.take(Rows{3, 4}), {3, 4}));
}

TEST(RowPrefetch, OtherRowsThanExpectedAreReadToo) {
  RowPrefetch prefetch(numbers());
  prefetch.expect(Rows{1, 2});
  EXPECT_TRUE(same(prefetch.take(Rows{2, 1}), {2, 1}));
  EXPECT_TRUE(same(prefetch.take(Rows{9}), {9}));
}

TEST(RowPrefetch, RowsOfAViewAreCopiedInItsOwnLayout) {
  const at::Tensor view = numbers().transpose(1, 2);
  RowPrefetch prefetch(view);
  prefetch.expect(Rows{4, 2});
  EXPECT_TRUE(at::equal(prefetch.take(Rows{4, 2}), take_rows(view, Rows{4, 2})));
}

TEST(RowPrefetch, ARowThatIsNotThereIsToldWhenItIsTaken) {
  RowPrefetch prefetch(numbers());
  prefetch.expect(Rows{3, 10});
  EXPECT_EQ(test::error_of([&] { prefetch.take(Rows{3, 10}); }), "row 10 is not there (expected 0 to 9)");
  EXPECT_TRUE(same(prefetch.take(Rows{3}), {3}));
}

TEST(RowPrefetch, WhatNobodyTakesHoldsNobodyUp) {
  for (int i = 0; i < 50; ++i) {
    RowPrefetch prefetch(numbers());
    if (i % 2 == 0) prefetch.expect(Rows{1, 2, 3});
  }
}

}  // namespace
}  // namespace lathe
