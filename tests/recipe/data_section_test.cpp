/// [data]: what lies on disk to rows that train and test, and every way in which it can disagree.
#include "lathe/recipe/data_section.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <set>

#include "lathe/base/files.h"
#include "lathe/data/readers/npy.h"
#include "lathe/recipe/toml.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;

/// A folder with x.npy and y.npy, and a section that reads them.
class DataSectionTest : public testing::Test {
 protected:
  ScratchFolder folder_;
  DataSection section_;

  void SetUp() override {
    section_.name = "small";
    section_.inputs = "x.npy";
    section_.targets = "y.npy";
    section_.split = "none";
  }
  void write(const std::string& name, const at::Tensor& values) { write_npy(folder_ / name, values); }
  LoadedData load(bool classification = false) { return load_data(section_, folder_.path(), classification); }
  std::string error(bool classification = false) {
    return error_of([&] { load(classification); });
  }
};

at::Tensor counting(at::IntArrayRef shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return at::arange(count).to(at::kFloat).reshape(shape);
}

TEST_F(DataSectionTest, WindowsComeInEveryLayout) {
  write("y.npy", at::zeros({4, 10}));
  write("x.npy", counting({4, 10}));
  EXPECT_TRUE(at::equal(load().train.inputs, counting({4, 1, 10})));
  write("x.npy", counting({4, 2, 10}));
  EXPECT_TRUE(at::equal(load().train.inputs, counting({4, 2, 10})));
  write("x.npy", counting({4, 10, 2}));
  section_.layout = "NTC";
  EXPECT_TRUE(at::equal(load().train.inputs, counting({4, 10, 2}).transpose(1, 2)));
}

TEST_F(DataSectionTest, RecordingsAreCutIntoWindows) {
  write("x.npy", counting({45}));
  write("y.npy", at::zeros({45}));
  section_.window_samples = 10;
  EXPECT_EQ(load().train.inputs.sizes(), at::IntArrayRef({4, 1, 10}));
  section_.stride_samples = 5;
  EXPECT_EQ(load().train.targets.sizes(), at::IntArrayRef({8, 10}));
  write("x.npy", counting({45, 2}));
  section_.layout = "TC";
  const Dataset data = load().train;
  EXPECT_EQ(data.inputs.sizes(), at::IntArrayRef({8, 2, 10}));
  EXPECT_EQ(data.inputs[1][1][0].item<float>(), 5 * 2 + 1);
}

TEST_F(DataSectionTest, LayoutsThatDoNotFitAreRefused) {
  write("y.npy", at::zeros({4, 10}));
  write("x.npy", counting({4, 10}));
  section_.layout = "NCT";
  EXPECT_EQ(error(), "x.npy: has 2 axes (expected 3 for layout 'NCT')");
  section_.layout = "";
  write("x.npy", counting({2, 2, 2, 2, 2}));
  EXPECT_EQ(error(), "x.npy: has 5 axes (expected 1 to 4)");
  write("x.npy", counting({40}));
  EXPECT_EQ(error(), "x.npy: is one recording (layout 'T'): 'window_samples' is missing");
}

TEST_F(DataSectionTest, LabelsAndGroupsMayBeColumnsOfATable) {
  write("x.npy", at::rand({4, 10}));
  write_atomic(folder_ / "rows.csv", "subject,rhythm\nb,normal\na,af\nb,af\na,other\n");
  section_.targets = section_.groups = "rows.csv";
  section_.targets_column = "rhythm";
  section_.groups_column = "subject";
  const Dataset data = load(true).train;
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"af", "normal", "other"}));
  EXPECT_TRUE(at::equal(data.targets, at::tensor({1, 0, 0, 2}, at::kLong)));
  EXPECT_EQ(data.groups, (std::vector<std::string>{"b", "a", "b", "a"}));
  section_.class_names = {"normal", "af"};
  EXPECT_EQ(error(true), "rows.csv: unknown class 'other'; known: af, normal");
}

TEST_F(DataSectionTest, ColumnsOfATableAreChosenByNameOrNumber) {
  write_atomic(folder_ / "x.csv", "time,ppg,note,acc\n0,1,a,5\n1,2,b,6\n2,3,c,7\n3,4,d,8\n");
  write("y.npy", at::zeros({4}));
  section_.inputs = "x.csv";
  section_.window_samples = 2;
  section_.columns = {"acc", "2"};
  const at::Tensor inputs = load().train.inputs;
  EXPECT_EQ(inputs.sizes(), at::IntArrayRef({2, 2, 2}));
  EXPECT_TRUE(at::equal(inputs[1], at::tensor({7., 8., 3., 4.}, at::kDouble).reshape({2, 2})));
  section_.columns = {"ppq"};
  EXPECT_EQ(error(),
            (folder_ / "x.csv").string() + ": unknown column 'ppq'; known: acc, note, ppg, time (did you mean 'ppg'?)");
  section_.inputs = "y.npy";
  EXPECT_EQ(error(), (folder_ / "y.npy").string() +
                         ": has no columns to choose from (expected .csv, .tsv or .txt with 'columns', got '.npy')");
}

TEST_F(DataSectionTest, WindowsAreNotCutAgain) {
  write("x.npy", at::rand({4, 2, 10}));
  write("y.npy", at::zeros({4, 10}));
  section_.window_samples = 5;
  EXPECT_EQ(
      error(),
      "x.npy: holds windows already (layout 'NCT'), so window_samples has no effect; it counts with layout \"T\" or "
      "\"TC\"");
}

TEST(DataColumns, AreReadFromTheRecipe) {
  const std::string rest = "\ninputs = \"x.csv\"\n";
  EXPECT_EQ(data_section(parse_toml("columns = [\"ppg\", 4]" + rest, "r.toml")).columns,
            (std::vector<std::string>{"ppg", "4"}));
  EXPECT_EQ(error_of([&] { data_section(parse_toml("columns = [1.5]" + rest, "r.toml")); }),
            "r.toml:1: 'columns' has the wrong type (expected names or numbers of columns)");
}

TEST_F(DataSectionTest, GroupsNeverStandOnBothSides) {
  write("x.npy", at::rand({12, 10}));
  write("y.npy", at::zeros({12, 10}));
  write("g.npy", at::tensor({1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}, at::kLong));
  section_.groups = "g.npy";
  section_.split = "grouped";
  const LoadedData data = load();
  const std::set<std::string> train(data.train.groups.begin(), data.train.groups.end());
  EXPECT_EQ(data.test.rows(), 3);
  for (const std::string& group : data.test.groups) EXPECT_EQ(train.count(group), 0U);
  section_.groups = "";
  EXPECT_EQ(error(), "small: split = \"grouped\" needs groups; give [data] groups");
}

TEST_F(DataSectionTest, RowsOnBothSidesAreRefused) {
  write("x.npy", at::rand({8, 10}));
  write("y.npy", at::zeros({8, 10}));
  section_.split = "rows";
  section_.train_rows = "0:5";
  section_.test_rows = "4:8";
  EXPECT_EQ(error(), "small: split: row 4 is on both sides (expected it to train or to test)");
  section_.test_rows = "5:9";
  EXPECT_EQ(error(), "small: rows '5:9': range leaves the data (expected 0 to 8, got 5 to 9)");
}

TEST_F(DataSectionTest, AnEmptyFoldIsRefused) {
  write("x.npy", at::rand({3, 10}));
  write("y.npy", at::zeros({3, 10}));
  section_.split = "contiguous";
  EXPECT_EQ(error(), "small: split: fold 0 of 4 is empty (expected at least one row a fold, got 3 rows)");
}

TEST_F(DataSectionTest, FilesThatDisagreeAreRefused) {
  write("x.npy", at::rand({4, 10}));
  write("y.npy", at::zeros({5, 10}));
  EXPECT_EQ(error(), "small: targets and inputs disagree (expected 4 rows of targets, got 5)");
  write("y.npy", at::zeros({4, 9}));
  EXPECT_EQ(error(), "small: targets and inputs disagree (expected 10 labels a row, one a sample, got 9)");
  write("y.npy", at::zeros({4, 10}));
  write("g.npy", at::tensor({1, 2, 3}, at::kLong));
  section_.groups = "g.npy";
  EXPECT_EQ(error(), "small: groups and inputs disagree (expected 4 groups, one a row, got 3)");
}

TEST_F(DataSectionTest, LabelsOutsideTheirSetAreRefused) {
  write("x.npy", at::rand({4, 10}));
  at::Tensor labels = at::zeros({4, 10});
  labels[1][3].fill_(2);
  write("y.npy", labels);
  EXPECT_EQ(error(), "small: label outside the allowed set (expected 0 or 1, got 2 in row 1, sample 3)");
  write("y.npy", at::tensor({0, 1, 3, 1}, at::kLong));
  section_.class_names = {"a", "b", "c"};
  EXPECT_EQ(error(true), "small: class outside the allowed set (expected 0 to 2, got 3 in row 2)");
  write("y.npy", at::tensor({0.0, 1.0, 0.5, 1.0}));
  EXPECT_EQ(error(true), "y.npy: class is not a whole number (got 0.5 in row 2)");
  write("y.npy", at::zeros({4, 10}));
  EXPECT_EQ(error(true), "y.npy: classes have 2 axes (expected 1, a class a row)");
}

TEST_F(DataSectionTest, MissingValuesAreRefusedOrDropped) {
  at::Tensor inputs = at::rand({4, 10});
  inputs[2][7].fill_(std::nan(""));
  write("x.npy", inputs);
  write("y.npy", at::zeros({4, 10}));
  EXPECT_EQ(
      error(),
      "small: inputs hold NaN or infinity (expected finite numbers, got 1 such value in 1 row, the first in row 2); "
      "missing = \"drop\" leaves such rows out");
  section_.missing = "drop";
  const LoadedData data = load();
  EXPECT_EQ(data.train.rows(), 3);
  EXPECT_EQ(data.dropped, 1);
}

TEST_F(DataSectionTest, FilesThatAreNotThereAreNamedWithAHint) {
  EXPECT_EQ(error(), (folder_ / "x.npy").string() + ": is not there; give the folder that holds 'x.npy' with --data");
  write("x.npy", at::rand({4, 10}));
  section_.targets = "";
  EXPECT_EQ(error(), "small: has no targets to learn; give [data] targets");
}

TEST_F(DataSectionTest, HashesOfFilesTellThemApart) {
  write("x.npy", at::zeros({4, 10}));
  write("y.npy", at::zeros({4, 10}));
  const std::map<std::string, std::string> before = load().hashes;
  EXPECT_EQ(before.size(), 2U);
  write("x.npy", at::rand({4, 10}));
  EXPECT_NE(load().hashes.at("x.npy"), before.at("x.npy"));
  EXPECT_EQ(load().hashes.at("y.npy"), before.at("y.npy"));
}

}  // namespace
}  // namespace lathe
