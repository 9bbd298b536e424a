/// Selecting rows, and what makes a dataset unfit.
#include "lathe/data/dataset.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <limits>

#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::classes;
using test::error_of;
using test::listed;

const double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Four rows, one channel, five samples, labels per sample, two subjects.
Dataset small() {
  return {.name = "small",
          .inputs = at::arange(20, at::kDouble).reshape({4, 1, 5}).clone(),
          .targets = at::zeros({4, 5}),
          .groups = {"a", "a", "b", "b"},
          .rate_hz = 64};
}

TEST(Dataset, NeighbouringRowsAreAView) {
  const Dataset data = small(), middle = data.select(std::vector<int64_t>{1, 2});
  EXPECT_EQ(middle.inputs.data_ptr(), data.inputs[1].data_ptr());
  EXPECT_EQ(middle.targets.data_ptr(), data.targets[1].data_ptr());
  EXPECT_EQ(middle.groups, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(middle.rate_hz, 64);
}

TEST(Dataset, OtherRowsComeInTheOrderAsked) {
  const Dataset chosen = small().select(std::vector<int64_t>{3, 0});
  EXPECT_EQ(listed(chosen.inputs.select(2, 0)), (std::vector<double>{15, 0}));
  EXPECT_EQ(chosen.groups, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(small().select({}).rows(), 0);
}

TEST(Dataset, SelectingARowThatIsNotThere) {
  EXPECT_EQ(error_of([] { small().select(std::vector<int64_t>{0, 4}); }),
            "small: row 4 is not there (expected 0 to 3)");
  EXPECT_EQ(error_of([] { small().select(std::vector<int64_t>{-1}); }), "small: row -1 is not there (expected 0 to 3)");
}

TEST(Verify, SoundDatasetsPass) {
  EXPECT_EQ(error_of([] { verify(small()); }), "(no error)");
  Dataset data = small();
  data.targets = classes({0, 1, 2, 1});
  data.class_names = {"x", "y", "z"};
  EXPECT_EQ(error_of([&] { verify(data); }), "(no error)");
  data.targets = at::Tensor();
  data.inputs = at::ones({4, 3, 2, 2}, at::kByte);
  EXPECT_EQ(error_of([&] { verify(data); }), "(no error)");
}

TEST(Verify, RowsThatDisagree) {
  Dataset data = small();
  data.targets = at::zeros({3, 5});
  EXPECT_EQ(error_of([&] { verify(data); }), "small: targets and inputs disagree (expected 4 rows of targets, got 3)");
  data.targets = at::zeros({4, 6});
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: targets and inputs disagree (expected 5 labels a row, one a sample, got 6)");
  data = small();
  data.groups.pop_back();
  EXPECT_EQ(error_of([&] { verify(data); }), "small: groups and inputs disagree (expected 4 groups, one a row, got 3)");
}

TEST(Verify, WrongShapesAndTypes) {
  Dataset data{.name = "small"};
  EXPECT_EQ(error_of([&] { verify(data); }), "small: has no inputs (expected a tensor [N, C, T] or [N, C, H, W])");
  data.inputs = at::zeros({4, 5});
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: inputs have the wrong shape (expected [N, C, T] or [N, C, H, W], got [4, 5])");
  data.inputs = at::zeros({0, 1, 5});
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: inputs are empty (expected at least one row and one sample, got [0, 1, 5])");
  data.inputs = at::zeros({1, 1, 2}, at::kComplexFloat);
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: inputs have the wrong type (expected real numbers, got ComplexFloat [1, 1, 2])");
  data = small();
  data.targets = at::zeros({4, 1, 5});
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: targets have the wrong shape (expected [N, T] labels or [N] classes, got [4, 1, 5])");
}

TEST(Verify, MissingValuesAreCountedAndPlaced) {
  Dataset data = small();
  data.inputs[2][0][1] = nan_value;
  EXPECT_EQ(
      error_of([&] { verify(data); }),
      "small: inputs hold NaN or infinity (expected finite numbers, got 1 such value in 1 row, the first in row 2); "
      "missing = \"drop\" leaves such rows out");
  data.inputs[1][0][4] = std::numeric_limits<double>::infinity();
  data.inputs[2][0][2] = nan_value;
  EXPECT_EQ(
      error_of([&] { verify(data); }),
      "small: inputs hold NaN or infinity (expected finite numbers, got 3 such values in 2 rows, the first in row 1); "
      "missing = \"drop\" leaves such rows out");
}

TEST(Verify, MissingValueDeepInALongRowIsFound) {
  Dataset data{.name = "long", .inputs = at::zeros({2, 2, 400000}, at::kFloat)};
  data.inputs[1][1][399999] = nan_value;
  EXPECT_EQ(
      error_of([&] { verify(data); }),
      "long: inputs hold NaN or infinity (expected finite numbers, got 1 such value in 1 row, the first in row 1); "
      "missing = \"drop\" leaves such rows out");
}

TEST(Verify, LabelsOutsideTheSet) {
  Dataset data = small();
  data.targets[3][2] = 0.5;
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: label outside the allowed set (expected 0 or 1, got 0.5 in row 3, sample 2)");
  data.targets = classes({0, 1, 3, 1});
  data.class_names = {"x", "y", "z"};
  EXPECT_EQ(error_of([&] { verify(data); }), "small: class outside the allowed set (expected 0 to 2, got 3 in row 2)");
  data.class_names.clear();
  data.targets = classes({0, -1, 3, 1});
  EXPECT_EQ(error_of([&] { verify(data); }),
            "small: class outside the allowed set (expected 0 or more, got -1 in row 1)");
  data.targets = test::numbers({0.1, 2.5, nan_value, 1});
  EXPECT_EQ(error_of([&] { verify(data); }), "small: target is not a number (expected a finite one, got nan in row 2)");
}

TEST(Accept, DropsRowsWithMissingValuesAndSaysHowMany) {
  Dataset data = small();
  data.inputs[1][0][0] = nan_value;
  data.targets[3][0] = nan_value;
  const Accepted accepted = accept(data, Missing::drop);
  EXPECT_EQ(accepted.dropped, 2);
  EXPECT_EQ(listed(accepted.data.inputs.select(2, 0)), (std::vector<double>{0, 10}));
  EXPECT_EQ(accepted.data.groups, (std::vector<std::string>{"a", "b"}));
}

TEST(Accept, DroppingNothingKeepsTheMemory) {
  const Dataset data = small();
  const Accepted accepted = accept(data, Missing::drop);
  EXPECT_EQ(accepted.dropped, 0);
  EXPECT_EQ(accepted.data.inputs.data_ptr(), data.inputs.data_ptr());
}

TEST(Accept, RefusesWhenAskedToOrWhenNothingIsLeft) {
  Dataset data = small();
  data.inputs.fill_(nan_value);
  EXPECT_EQ(error_of([&] { accept(data, Missing::drop); }),
            "small: every row holds NaN or infinity (expected at least one whole row of 4, got 0)");
  EXPECT_EQ(
      error_of([&] { accept(data, Missing::refuse); }),
      "small: inputs hold NaN or infinity (expected finite numbers, got 20 such values in 4 rows, the first in row 0); "
      "missing = \"drop\" leaves such rows out");
}

TEST(Accept, RuleByName) {
  EXPECT_EQ(missing_rule("drop"), Missing::drop);
  EXPECT_EQ(missing_rule("refuse"), Missing::refuse);
  EXPECT_EQ(error_of([] { missing_rule("dorp"); }),
            "unknown rule for missing values 'dorp'; known: drop, refuse (did you mean 'drop'?)");
}

}  // namespace
}  // namespace lathe
