/// The [split] section: which rows each fold tests, and what the data or the other keys do not allow.
#include "lathe/recipe/split_section.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <set>

#include "lathe/recipe/toml.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

const std::string kData = "[data]\nsimulator = \"ppg\"\n\n";

/// Nine rows of three classes, from five subjects with 3, 2, 2, 1, 1 rows.
Dataset nine_rows() {
  Dataset rows;
  rows.name = "nine";
  rows.inputs = at::zeros({9, 1, 4});
  rows.targets = at::tensor({0, 1, 2, 0, 1, 2, 0, 1, 2}, at::kLong);
  rows.groups = {"a", "a", "a", "b", "b", "s 1", "s-1", "c", "c"};
  rows.class_names = {"low", "middle", "high"};
  return rows;
}

std::vector<Fold> folds(const std::string& section, const Dataset& rows = nine_rows()) {
  const Settings recipe = parse_toml(kData + "[split]\n" + section, "r.toml");
  return folds_of(split_section(recipe.table("split")), rows, data_without_split(recipe));
}

std::vector<int64_t> tested_rows(const std::vector<Fold>& folds) {
  std::vector<int64_t> rows;
  for (const Fold& fold : folds) rows.insert(rows.end(), fold.split.test.begin(), fold.split.test.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Folds, TestEveryRowExactlyOnce) {
  for (const char* section : {"kind = \"kfold\"\nfolds = 4", "kind = \"kfold\"\nfolds = 3\nshuffle = false",
                              "kind = \"kfold\"\nfolds = 3\nstratify = true\nseed = 5", "kind = \"grouped\"\nfolds = 3",
                              "kind = \"leave-one-group-out\""}) {
    const std::vector<Fold> made = folds(section);
    EXPECT_EQ(text_of_rows(tested_rows(made)), "0:9") << section;
    for (const Fold& fold : made) EXPECT_EQ(fold.split.train.size() + fold.split.test.size(), 9U) << section;
  }
}

TEST(Folds, RepeatedOnesTestEveryRowOnceARepeat) {
  const std::vector<Fold> made = folds("kind = \"repeated\"\nfolds = 3\nrepeats = 4");
  ASSERT_EQ(made.size(), 12U);
  EXPECT_EQ(made[3].name, "repeat-1-fold-0");
  EXPECT_NE(made[0].split.test, made[3].split.test);
  const std::vector<int64_t> rows = tested_rows(made);
  for (int64_t row = 0; row < 9; ++row) EXPECT_EQ(std::count(rows.begin(), rows.end(), row), 4);
}

TEST(Folds, LeaveOutOneGroupEachUnderSafeNames) {
  const std::vector<Fold> made = folds("kind = \"leave-one-group-out\"");
  std::vector<std::string> names, folders;
  for (const Fold& fold : made) {
    names.push_back(fold.name);
    folders.push_back(fold.folder);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "s 1", "s-1"}));
  EXPECT_EQ(folders, (std::vector<std::string>{"a", "b", "c", "s-1", "s-1-"}));
  EXPECT_EQ(made[3].split.test, std::vector<int64_t>{5});
}

TEST(Folds, DrawnGroupsAreThoseOfScikitLearnAndStandInEachRecipe) {
  const std::vector<Fold> made = folds("kind = \"group_shuffle\"\nsplits = 3\ntest_ratio = 0.4\nseed = 7");
  ASSERT_EQ(made.size(), 3U);
  EXPECT_EQ(made[2].name, "split-2");
  const std::vector<std::string> groups = nine_rows().groups;
  for (size_t draw = 0; draw < made.size(); ++draw) {
    EXPECT_EQ(made[draw].split.test, group_shuffle(groups, 0.4, 7, static_cast<int64_t>(draw)).test);
    EXPECT_EQ(made[draw].data.word("split"), "holdout");
    EXPECT_EQ(made[draw].data.words("test_groups").size(), 2U);
  }
  EXPECT_NE(made[0].split.test, made[1].split.test);
}

TEST(Folds, StratifiedOnesHoldEveryClass) {
  for (const Fold& fold : folds("kind = \"repeated\"\nfolds = 3\nrepeats = 2\nstratify = true")) {
    std::multiset<int64_t> classes;
    for (const int64_t row : fold.split.test) classes.insert(row % 3);
    EXPECT_EQ(classes, (std::multiset<int64_t>{0, 1, 2})) << fold.name;
  }
}

TEST(Folds, KeysThatHaveNoEffectAreRefused) {
  const auto said = [](const std::string& section) { return error_of([&] { folds(section); }); };
  EXPECT_EQ(
      said("kind = \"leave-one-group-out\"\nfolds = 4"),
      "r.toml:6: 'folds' has no effect with kind = \"leave-one-group-out\"; it counts with grouped, kfold, repeated");
  EXPECT_EQ(said("kind = \"grouped\"\nstratify = true"),
            "r.toml:6: 'stratify' has no effect with kind = \"grouped\"; it counts with kfold, repeated");
  EXPECT_EQ(said("kind = \"kfold\"\nshuffle = false\nseed = 3"),
            "r.toml:7: 'seed' has no effect with shuffle = false: nothing is drawn");
  EXPECT_EQ(said("kind = \"repeated\"\ngrouped = true\nstratify = true"),
            "r.toml:7: 'stratify' has no effect on groups, which stay whole; it counts with grouped = false");
  EXPECT_EQ(said("kind = \"kfolds\""),
            "r.toml:5: unknown kind of split 'kfolds'; known: group_shuffle, grouped, kfold, leave-one-group-out, "
            "repeated (did you mean 'kfold'?)");
  EXPECT_EQ(said("kind = \"leave-one-subject-out\""),
            "r.toml:5: unknown kind of split 'leave-one-subject-out'; known: group_shuffle, grouped, kfold, "
            "leave-one-group-out, repeated (here it is called 'leave-one-group-out')");
  EXPECT_EQ(said("kind = \"group_shuffle\"\nfolds = 3"),
            "r.toml:6: 'folds' has no effect with kind = \"group_shuffle\"; it counts with grouped, kfold, repeated");
  EXPECT_EQ(said("kind = \"kfold\"\ntest_ratio = 0.3"),
            "r.toml:6: 'test_ratio' has no effect with kind = \"kfold\"; it counts with group_shuffle");
  EXPECT_EQ(said("kind = \"group_shuffle\"\ntest_ratio = 1"),
            "r.toml:6: 'test_ratio' is 1 (expected more than 0 and less than 1)");
}

TEST(Folds, WhatTheDataDoesNotAllowNamesTheLine) {
  const auto said = [](const std::string& section, const Dataset& rows) {
    return error_of([&] { folds(section, rows); });
  };
  Dataset alone = nine_rows(), one_subject = nine_rows(), segments = nine_rows();
  alone.groups.clear();
  one_subject.groups.assign(9, "a");
  segments.targets = at::zeros({9, 4});
  EXPECT_EQ(said("kind = \"grouped\"", alone),
            "r.toml:5: 'grouped' needs groups, which nine does not have; give [data] groups");
  EXPECT_EQ(said("kind = \"grouped\"\nfolds = 6", nine_rows()),
            "r.toml:6: 'folds' is 6 (expected at most 5, for nine has 5 groups)");
  EXPECT_EQ(said("kind = \"kfold\"\nfolds = 10", nine_rows()),
            "r.toml:6: 'folds' is 10 (expected at most 9, for nine has 9 rows)");
  EXPECT_EQ(said("kind = \"leave-one-group-out\"", one_subject),
            "r.toml:5: nine has 1 group (expected at least 2, one to leave out)");
  EXPECT_EQ(said("kind = \"kfold\"\nstratify = true", segments),
            "r.toml:6: 'stratify' needs a class a row (nine has a label a sample)");
}

TEST(Folds, ClassesAndSubjectsAreLookedAtBeforeAnyTraining) {
  const Dataset rows = nine_rows();
  const SplitSection section = split_section(parse_toml("kind = \"kfold\"\nfolds = 3\nshuffle = false\n", "r.toml"));
  const std::vector<Fold> cut = folds("kind = \"kfold\"\nfolds = 9\nshuffle = false");
  const std::vector<std::string> notes = check_folds(section, cut, rows, true);
  EXPECT_EQ(notes.front(),
            "fold-0 does not test class 1 'middle', class 2 'high': its averages over classes are over the others");
  EXPECT_EQ(
      notes.back(),
      "1 of 5 groups both train and test in fold-0 ('a' is one): results flatter a model that knows its subjects; "
      "kind = \"grouped\" keeps groups whole");
  Dataset rare = rows;
  rare.targets = at::tensor({2, 0, 1, 0, 1, 0, 1, 0, 1}, at::kLong);
  EXPECT_EQ(
      error_of([&] { check_folds(section, cut, rare, true); }),
      "nine: fold-0: class 2 'high' has no sample that trains (expected at least one of every class); another split, "
      "or class_names without it");
  SplitSection grouped = section;
  grouped.by_group = true;
  EXPECT_EQ(
      error_of([&] { check_folds(grouped, cut, rows, false); }),
      "fold-0: split: group 'a' is on both sides (expected it to train or to test, got row 1 in train and row 0 in "
      "test)");
}

TEST(Folds, DataSaysNothingOfItsOwnSplit) {
  const std::string text = "[data]\nsimulator = \"ppg\"\nsplit = \"rows\"\n[split]\nkind = \"kfold\"\n";
  EXPECT_EQ(error_of([&] { data_without_split(parse_toml(text, "r.toml")); }),
            "r.toml:3: 'split' has no effect beside [split], which says who tests; leave one of them out");
  Settings typed = parse_toml(text, "r.toml");
  apply_assignment(typed, "split.kind=kfold", "--set");
  std::vector<std::string> said;
  EXPECT_FALSE(data_without_split(typed, [&](const std::string& one) { said.push_back(one); }).has("split"));
  EXPECT_EQ(said, std::vector<std::string>{
                      "--set split.kind=kfold: 'split' (r.toml:3) is left out, for folds say who tests"});
}

}  // namespace
}  // namespace lathe
