/// Which windows of whom an epoch shows: equal say, by movement, a few subjects at a time, the same for a seed.
#include "lathe/pretrain/subject_order.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <set>

#include "lathe/pretrain/movement.h"
#include "tests/pretrain/sample_windows.h"

namespace lathe {
namespace {

using test::error_of;
using test::subjects;

TEST(SubjectOrder, EveryRowOnceAndAnotherOrderEveryEpoch) {
  const SubjectOrder order(60, {}, {}, {});
  std::vector<int64_t> first = order.epoch(true, 5, 0);
  EXPECT_EQ(first, order.epoch(true, 5, 0));
  EXPECT_NE(first, order.epoch(true, 5, 1));
  EXPECT_NE(first, order.epoch(true, 6, 0));
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, order.epoch(false, 5, 3));
  EXPECT_EQ(std::set<int64_t>(first.begin(), first.end()).size(), 60U);
}

TEST(SubjectOrder, SubjectsHaveEqualSay) {
  std::vector<std::string> names = subjects(90, 30);
  names.insert(names.end(), 5, "d");  // has fewer than are asked for: all of them
  const SubjectOrder order(95, names, {}, {.windows_per_subject = 10});
  EXPECT_EQ(order.rows(), 35);
  std::map<std::string, int> seen;
  std::set<int64_t> rows;
  for (const int64_t row : order.epoch(true, 1, 0)) seen[names[static_cast<size_t>(row)]] += 1, rows.insert(row);
  EXPECT_EQ(seen, (std::map<std::string, int>{{"a", 10}, {"b", 10}, {"c", 10}, {"d", 5}}));
  EXPECT_EQ(rows.size(), 35U);
}

TEST(SubjectOrder, ABatchMixesAFewSubjects) {
  const std::vector<std::string> names = subjects(80, 10);
  const SubjectOrder order(80, names, {}, {.subjects_per_batch = 4});
  const std::vector<int64_t> rows = order.epoch(true, 1, 0);
  std::set<std::string> halves[2];
  int neighbours = 0;
  for (size_t i = 0; i < 80; ++i) {
    halves[i / 40].insert(names[static_cast<size_t>(rows[i])]);
    neighbours += i > 0 && names[static_cast<size_t>(rows[i])] == names[static_cast<size_t>(rows[i - 1])] ? 1 : 0;
  }
  EXPECT_EQ(halves[0].size(), 4U);
  EXPECT_EQ(halves[1].size(), 4U);
  EXPECT_LT(neighbours, 35);  // subject after subject would be 72
}

/// Of three windows, two are drawn; the chances by hand: p(i first) · p(j next) over both orders.
TEST(SubjectOrder, DrawsInProportionToWeightsWithoutReplacement) {
  const std::vector<double> weights = {1, 2, 5};
  std::map<std::vector<int64_t>, double> seen;
  for (uint64_t seed = 0; seed < 20000; ++seed) seen[draw_without_replacement(weights, 2, seed)] += 1.0 / 20000;
  EXPECT_NEAR(seen[(std::vector<int64_t>{0, 1})], 1.0 / 8 * 2 / 7 + 2.0 / 8 * 1 / 6, 0.01);
  EXPECT_NEAR(seen[(std::vector<int64_t>{0, 2})], 1.0 / 8 * 5 / 7 + 5.0 / 8 * 1 / 3, 0.01);
  EXPECT_NEAR(seen[(std::vector<int64_t>{1, 2})], 2.0 / 8 * 5 / 6 + 5.0 / 8 * 2 / 3, 0.01);
}

TEST(SubjectOrder, WindowsWithoutMovementComeLast) {
  EXPECT_EQ(draw_without_replacement({0, 1, 0, 1e-9}, 2, 7), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(draw_without_replacement({0, 1, 0, 1e-9}, 9, 7), (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST(SubjectOrder, SettingsOfSubjectsNeedSubjects) {
  EXPECT_EQ(error_of([] { SubjectOrder(9, {}, {}, {.subjects_per_batch = 4}); }),
            "'subjects_per_batch' is 4, and the windows have no subjects (expected groups, whose each window is)");
  EXPECT_EQ(error_of([] { SubjectOrder(9, {}, {}, {.windows_per_subject = 2}); }),
            "'windows_per_subject' is 2, and the windows have no subjects (expected groups, whose each window is)");
  EXPECT_EQ(error_of([] { SubjectOrder(9, subjects(9, 3), {}, {.subjects_per_batch = 4}); }),
            "'subjects_per_batch' is 4 (expected at most 3, as many subjects as train)");
}

/// Still; moving throughout; a turn between two rests, which is movement for the window and not for its seconds.
TEST(Movement, IsTheDeviationWithinPieces) {
  Dataset data;
  data.inputs = at::zeros({3, 2, 40}, at::kFloat);
  for (int64_t i = 0; i < 40; ++i) {
    data.inputs[1][0].select(0, i).fill_(i % 2 == 0 ? 3 : -3);
    data.inputs[1][1].select(0, i).fill_(i % 2 == 0 ? 4 : -4);
    data.inputs[2][1].select(0, i).fill_(i < 20 ? 1 : -1);
  }
  EXPECT_EQ(movement(data, 10), (std::vector<double>{0, 5, 0}));
  EXPECT_EQ(movement(data, 0), (std::vector<double>{0, 5, 1}));
  EXPECT_EQ(movement(data, 4000), (std::vector<double>{0, 5, 1}));
}

}  // namespace
}  // namespace lathe
