/// group_shuffle against scikit-learn 1.9.1's GroupShuffleSplit: the groups below are what it tests.
#include <set>

#include "lathe/data/splits.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using Names = std::set<std::string>;

/// The sixteen volunteers of the ADL recordings, two rows each.
std::vector<std::string> volunteers() {
  std::vector<std::string> rows;
  for (const char* sex : {"f", "m"})
    for (int i = 1; i <= (sex[0] == 'f' ? 5 : 11); ++i)
      for (int row = 0; row < 2; ++row) rows.push_back(sex + std::to_string(i));
  return rows;
}

Names tested(const std::vector<std::string>& groups, const Split& split) {
  Names names;
  for (const int64_t row : split.test) names.insert(groups[static_cast<size_t>(row)]);
  check_no_leak(split, groups);
  return names;
}

TEST(GroupShuffle, DrawsScikitLearnsGroups) {
  // GroupShuffleSplit(5, test_size=0.2, random_state=42)
  const std::vector<Names> published = {{"f1", "f2", "m1", "m8"},
                                        {"f3", "m10", "m2", "m7"},
                                        {"f2", "m1", "m2", "m7"},
                                        {"f1", "f3", "m1", "m8"},
                                        {"f5", "m4", "m8", "m9"}};
  const std::vector<std::string> groups = volunteers();
  for (size_t draw = 0; draw < published.size(); ++draw)
    EXPECT_EQ(tested(groups, group_shuffle(groups, 0.2, 42, static_cast<int64_t>(draw))), published[draw]) << draw;
}

TEST(GroupShuffle, HoldsBackScikitLearnsValidationGroups) {
  // GroupShuffleSplit(1, test_size=0.125, random_state=41) over the twelve that train in the first draw above
  const std::vector<std::string> all = volunteers();
  std::vector<std::string> train;
  for (const int64_t row : group_shuffle(all, 0.2, 42).train) train.push_back(all[static_cast<size_t>(row)]);
  EXPECT_EQ(tested(train, group_shuffle(train, 0.125, 41)), (Names{"m11", "m3"}));
}

TEST(GroupShuffle, NumbersGoBySizeAsNumpySortsThem) {
  // GroupShuffleSplit(2, test_size=0.2, random_state=42) over 151 participants
  std::vector<std::string> groups;
  for (int i = 0; i < 151; ++i) groups.push_back(std::to_string(i));
  EXPECT_EQ(group_shuffle(groups, 0.2, 42).test,
            (std::vector<int64_t>{9,  12, 18, 19, 22, 26, 29,  30,  31,  36,  45,  55,  56,  64,  67, 76,
                                  78, 81, 82, 84, 85, 98, 111, 114, 124, 132, 133, 137, 142, 143, 146}));
  EXPECT_EQ(group_shuffle(groups, 0.2, 42, 1).test,
            (std::vector<int64_t>{3,  5,  7,  9,  13, 14,  20,  21,  33,  42,  45,  46,  47,  48,  49, 60,
                                  62, 75, 77, 84, 90, 101, 108, 114, 117, 123, 141, 144, 146, 148, 149}));
}

TEST(GroupShuffle, WhatCannotBe) {
  EXPECT_EQ(error_of([] { group_shuffle({}, 0.2, 0); }),
            "split: the data has no groups (expected one a row); use a split by rows");
  const std::vector<std::string> two = {"a", "b"};
  EXPECT_EQ(error_of([&] { group_shuffle(two, 0.8, 0); }),
            "split: 2 of 2 groups would test (expected at least one that trains); a smaller test ratio");
  EXPECT_EQ(error_of([&] { group_shuffle(two, 0.5, uint64_t{1} << 32); }),
            "split: seed is too large for group_shuffle (expected at most 4294967295, got 4294967296)");
}

}  // namespace
}  // namespace lathe
