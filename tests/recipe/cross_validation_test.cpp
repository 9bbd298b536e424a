/// Whole recipes over folds: what the folder holds, resuming, what is pooled, and what is refused before any work.
#include "lathe/recipe/cross_validation.h"

#include "lathe/eval/mean_interval.h"
#include "lathe/formats/model_file.h"
#include "lathe/recipe/run_report.h"
#include "lathe/recipe/sweep.h"
#include "tests/recipe/sample_recipe.h"
#include "tests/support/rhythm_recipe.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;
using nlohmann::json;

std::string folded(const std::string& split, const std::string& text = kSmallRecipe) {
  return text + "\n[split]\n" + split;
}
const std::string kThree = folded("kind = \"kfold\"\nfolds = 3\n");

/// Enough of them for every class to be in every fold.
const std::string kManyRhythms = with_line("simulator_windows = 24", "simulator_windows = 96", kRhythmRecipe);

TEST(CrossValidation, EveryFoldIsARunAndAllRowsAreTested) {
  const ScratchFolder folder;
  std::vector<std::string> said;
  const json metrics = run_text(
      kThree,
      {.out = folder.path(), .name = "small", .say = [&](const std::string& sentence) { said.push_back(sentence); }});
  ASSERT_EQ(metrics.at("folds").size(), 3U);
  std::vector<double> dices;
  for (const json& fold : metrics.at("folds")) {
    EXPECT_EQ(fold.at("test_rows"), 4);
    EXPECT_EQ(fold.at("train_rows"), 8);
    const json own = json::parse(read_text(folder / fold.at("folder").get<std::string>() / "metrics.json"));
    EXPECT_EQ(own.at("sets").at("small"), fold.at("metrics"));
    dices.push_back(fold.at("metrics").at("dice"));
  }
  EXPECT_EQ(metrics.at("details").at("small").at("windows"), 12);
  EXPECT_EQ(metrics.at("across_folds").at("dice").at("mean"), mean_interval(dices).mean);
  EXPECT_EQ(metrics.at("across_folds").at("dice").at("std"), mean_interval(dices).deviation);
  EXPECT_EQ(metrics.at("ledger").size(), 2U);
  EXPECT_EQ(metrics.at("model").at("parameters"), metrics.at("ledger")[1].at("parameters"));
  EXPECT_TRUE(metrics.at("train").contains("seconds"));
  EXPECT_EQ(std::count(said.begin(), said.end(), "fold 3 of 3 (fold-2): 4 rows test, 8 train"), 1);
  EXPECT_EQ(said.back().rfind("small: dice ", 0), 0U) << said.back();
  EXPECT_NE(said.back().find(" over 3 folds; pooled "), std::string::npos) << said.back();
}

/// Segmentation counts samples: pooled counts are the sums of the folds'.
TEST(CrossValidation, PooledCountsAreTheSumsOfTheFolds) {
  const ScratchFolder folder;
  const json metrics = run_text(kThree, {.out = folder.path()});
  json sums = json::array({json::array({0, 0}), json::array({0, 0})});
  for (const json& fold : metrics.at("folds")) {
    const json own = json::parse(read_text(folder / fold.at("folder").get<std::string>() / "metrics.json"));
    const json counts = own.at("details").at("small").at("confusion").at("counts");
    for (size_t i = 0; i < 4; ++i)
      sums[i / 2][i % 2] = sums[i / 2][i % 2].get<int64_t>() + counts[i / 2][i % 2].get<int64_t>();
  }
  EXPECT_EQ(metrics.at("details").at("small").at("confusion").at("counts"), sums);
}

TEST(CrossValidation, LeavesEachGroupOut) {
  const ScratchFolder folder;
  const json metrics = run_text(folded("kind = \"leave-one-group-out\"\n", kRhythmRecipe), {.out = folder.path()});
  std::set<std::string> groups;
  for (const json& fold : metrics.at("folds")) groups.insert(fold.at("name").get<std::string>());
  EXPECT_EQ(groups, (std::set<std::string>{"record1", "record2", "record3", "record4", "record5", "record6", "record7",
                                           "record8"}));
  EXPECT_EQ(metrics.at("details").at("rhythm").at("unit"), "group");
  EXPECT_EQ(metrics.at("details").at("rhythm").at("units"), 8);
  EXPECT_TRUE(fs::exists(folder / "folds/record3/report.html"));
  EXPECT_EQ(metrics.at("notes")[0],
            "record1 does not test class 1 'af', class 2 'other': its averages over classes are over the others");
}

TEST(CrossValidation, AKilledRunGoesOnWithTheFoldThatIsNotDone) {
  const ScratchFolder folder;
  const RunRecipeOptions options{.out = folder / "run", .resume = true};
  const json first = run_text(kThree, options);
  fs::remove(folder / "run/metrics.json");
  fs::remove_all(folder / "run/folds/fold-2");
  const auto written = fs::last_write_time(folder / "run/folds/fold-0/model.safetensors");
  const json again = run_text(kThree, options);
  EXPECT_EQ(fs::last_write_time(folder / "run/folds/fold-0/model.safetensors"), written);
  for (const char* part : {"folds", "across_folds", "sets", "ledger", "details"})
    EXPECT_EQ(again.at(part), first.at(part)) << part;
  EXPECT_EQ(run_text(kThree, options), again);  // finished: nothing is done
  EXPECT_EQ(error_of([&] { run_text(kThree, {.out = folder / "run"}); }),
            (folder / "run").string() + ": holds a run already; go on with --resume, or give another --out");
  EXPECT_EQ(error_of([&] { run_text(folded("kind = \"kfold\"\nfolds = 2\n"), options); }),
            (folder / "run").string() +
                ": was made with other settings than these (see its recipe.toml); give another --out");
}

TEST(CrossValidation, RowsThatSeveralFoldsTestAreDrawnTogether) {
  const ScratchFolder folder;
  const json details = run_text(folded("kind = \"repeated\"\nfolds = 2\nrepeats = 2\n"), {.out = folder.path()})
                           .at("details")
                           .at("small");
  EXPECT_EQ(details.at("windows"), 24);
  EXPECT_EQ(details.at("units"), 12);
  EXPECT_EQ(details.at("unit"), "window");
}

TEST(CrossValidation, ATableOfTheStepsOverTheFolds) {
  const ScratchFolder folder;
  std::vector<std::string> said;
  const json metrics = run_text(
      with_line("resamples = 20", "resamples = 20\nledger = [\"kappa\"]", kThree),
      {.out = folder.path(), .name = "small", .say = [&](const std::string& sentence) { said.push_back(sentence); }});
  const json& steps = metrics.at("steps");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].at("step"), "train");
  EXPECT_EQ(steps[1].at("step"), "merge");
  for (const char* name : {"dice", "kappa"}) {
    std::vector<double> values;
    for (const json& fold : metrics.at("folds")) {
      const json own = json::parse(read_text(folder / fold.at("folder").get<std::string>() / "metrics.json"));
      values.push_back(own.at("ledger")[0].at(name));
      EXPECT_EQ(fold.at("steps")[1].at("metrics").at(name), own.at("ledger")[1].at(name));
    }
    EXPECT_EQ(steps[0].at("metrics").at(name).at("mean"), mean_interval(values).mean);
    EXPECT_EQ(steps[0].at("metrics").at(name).at("std"), mean_interval(values).deviation);
  }
  ASSERT_GE(said.size(), 4U);
  EXPECT_EQ(said[said.size() - 4], "step                dice              kappa");
  const auto cell = [&](const char* name) {
    const json& across = steps[0].at("metrics").at(name);
    return fmt::format("{:.4f} ± {:.4f}", across.at("mean").get<double>(), across.at("std").get<double>());
  };
  EXPECT_EQ(said[said.size() - 3], fmt::format("train  {:>17}  {:>17}", cell("dice"), cell("kappa")));
}

TEST(CrossValidation, GroupsOfAllFoldsAndOfFoldsThatTestThemAgain) {
  const ScratchFolder folder;
  const json once = run_text(folded("kind = \"grouped\"\nfolds = 2\n", kManyRhythms), {.out = folder / "once"})
                        .at("details")
                        .at("rhythm");
  ASSERT_EQ(once.at("groups").size(), 32U);
  EXPECT_EQ(once.at("groups")[0].at("name"), "record1");
  EXPECT_EQ(once.at("groups")[0].at("windows"), 3);
  EXPECT_EQ(once.at("across_groups").at("accuracy").at("groups"), 32);
  const json again =
      run_text(folded("kind = \"repeated\"\nfolds = 2\nrepeats = 2\n", kManyRhythms), {.out = folder / "again"})
          .at("details")
          .at("rhythm");
  std::set<std::string> names;
  for (const json& group : again.at("groups")) names.insert(group.at("name").get<std::string>());
  EXPECT_GT(names.size(), 32U);
  EXPECT_EQ(names.begin()->rfind("record1, ", 0), 0U) << *names.begin();
}

TEST(CrossValidation, SmoothsWithTheTablesOfEachFold) {
  const ScratchFolder folder;
  const std::string text =
      with_line("unit = \"group\"", "smoothing = \"hmm\"", folded("kind = \"grouped\"\nfolds = 2\n", kManyRhythms));
  const json metrics = run_text(text, {.out = folder.path()});
  EXPECT_EQ(metrics.at("sets").size(), 2U);
  EXPECT_EQ(metrics.at("details").at("rhythm").at("windows"), 96);
  EXPECT_EQ(metrics.at("sets").at("rhythm").at("auroc"), metrics.at("sets").at("rhythm without smoothing").at("auroc"));
  const HiddenMarkov first = load_model(folder / "folds/fold-0/model.safetensors").preprocessing.hidden_markov;
  EXPECT_FALSE(first.empty());
  EXPECT_NE(first, load_model(folder / "folds/fold-1/model.safetensors").preprocessing.hidden_markov);
}

TEST(CrossValidation, TheReportShowsItsFoldsAndCanBeWrittenAgain) {
  const ScratchFolder folder;
  run_text(kThree, {.out = folder.path()});
  const std::string page = read_text(folder / "report.html");
  EXPECT_NE(page.find("\"name\":\"fold-1\""), std::string::npos);
  EXPECT_NE(page.find("\"corrected_low\""), std::string::npos);
  write_report(folder.path());
  EXPECT_EQ(read_text(folder / "report.html"), page);
}

TEST(CrossValidation, WhatIsRefusedLeavesNothingBehind) {
  const auto said = [](const std::string& text) { return std::string(error_of_run(text).what()); };
  EXPECT_EQ(said(kThree + "\n[controls]\nseeds = 2\n"),
            "recipe.toml:29: [controls] has no place beside [split]: compare two runs over the same folds with `lathe "
            "compare`, or leave one of them out");
  EXPECT_EQ(said(with_line("simulator_windows = 12", "simulator_windows = 12\nfolds = 3", kThree)),
            "recipe.toml:5: 'folds' has no effect beside [split], which says who tests; leave one of them out");
  EXPECT_EQ(said(with_line("resamples = 20", "resamples = 20\nsets = [\"train\"]", kThree)),
            "recipe.toml:23: 'sets' leaves out \"test\", which is what folds are for (expected it among the sets)");
  EXPECT_EQ(said(folded("kind = \"grouped\"\nfolds = 3\n")),
            "recipe.toml:27: 'folds' is 3 (expected at most 2, for small has 2 groups)");
  EXPECT_EQ(said(with_line("samples = 640", "samples = 320", folded("kind = \"kfold\"\nfolds = 3\n", kRhythmRecipe))),
            "fold-0: rhythm: windows are [1, 1, 640] (the model expects [1, 1, 320]); set [model] samples = 640");
}

TEST(CrossValidation, ASweepReadsSuchARecipeBeforeItsFirstCell) {
  EXPECT_NO_THROW(check_combinations(parse_toml(kThree, "r.toml"), {{{"split.folds", {"2", "3"}}}, 1}));
  EXPECT_EQ(error_of([] { check_combinations(parse_toml(kThree, "r.toml"), {{parse_axis("split.folds=1,2")}, 1}); }),
            "--grid split.folds=1: 'folds' is 1 (expected at least 2)");
}

}  // namespace
}  // namespace lathe
