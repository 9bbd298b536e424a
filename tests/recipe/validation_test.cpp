/// [validation]: rows that are held back, what is watched on them, and what a training does with it.
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "lathe/recipe/validation_section.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

std::string watched(const std::string& keys, const std::string& section = "[validation]\nratio = 0.25\n\n[train]") {
  return with_line("[train]", section, with_line("epochs = 2", "epochs = 6\n" + keys));
}

TEST(Validation, RowsAreHeldBackAndTheBestEpochIsNamed) {
  const ScratchFolder folder;
  std::vector<std::string> said;
  const json metrics = run_text(watched("monitor = \"dice\""),
                                {.out = folder / "run", .say = [&](const std::string& s) { said.push_back(s); }});
  EXPECT_NE(std::find(said.begin(), said.end(), "validation: 6 of the training windows are held back"), said.end());
  const json manifest = json::parse(read_text(folder / "run/manifest.json"));
  EXPECT_EQ(manifest.at("rows").at("train"), 3);  // 12 windows, 3 test; one subject of two validates
  EXPECT_EQ(manifest.at("rows").at("validation"), 6);
  EXPECT_GE(metrics.at("train").at("best_epoch"), 1);
  const std::string history = read_text(folder / "run/history.csv");
  EXPECT_EQ(history.substr(0, history.find('\n')),
            "epoch,step,loss,learning_rate,seconds,validation_loss,validation_metric");
}

TEST(Validation, PatienceEndsTheTrainingEarly) {
  const ScratchFolder folder;
  const json metrics = run_text(watched("patience = 1\nmin_delta = 10\nrestore_best = false"), {.out = folder / "run"});
  EXPECT_EQ(metrics.at("train").at("epochs"), 2);  // no epoch is better than the first by 10
  EXPECT_EQ(metrics.at("train").at("best_epoch"), 1);
}

TEST(Validation, KeysWithoutRowsToWatchAreRefused) {
  EXPECT_STREQ(error_of_run(with_line("epochs = 2", "epochs = 2\npatience = 3")).what(),
               "recipe.toml:13: 'patience' has no effect without rows to validate on; add a [validation] section");
  EXPECT_STREQ(error_of_run(watched("monitor = \"dise\"")).what(),
               "recipe.toml:16: unknown metric 'dise'; known: accuracy, auroc, dice, ece, f1, kappa, macro_f1, mae, "
               "precision, recall, rmse, sensitivity, specificity (did you mean 'dice'?)");
  EXPECT_STREQ(error_of_run(watched("", "[validation]\nratio = 1\n\n[train]")).what(),
               "recipe.toml:12: 'ratio' is 1 (expected more than 0 and less than 1)");
}

Dataset nine_rows(std::vector<std::string> groups = {}) {
  Dataset data;
  data.inputs = at::zeros({9, 1, 4});
  data.groups = std::move(groups);
  return data;
}

TEST(Validation, RowsAreDrawnBySeedAndStayInOrder) {
  const Split split = hold_back(nine_rows(), {.ratio = 0.34, .seed = 1});
  EXPECT_EQ(split.test.size(), 3U);
  EXPECT_EQ(split.train.size(), 6U);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  check_no_leak(split, {});
  EXPECT_NE(split.test, hold_back(nine_rows(), {.ratio = 0.34, .seed = 2}).test);
}

TEST(Validation, GroupsStayWhole) {
  const std::vector<std::string> groups = {"a", "a", "a", "b", "b", "b", "c", "c", "c"};
  const Split split = hold_back(nine_rows(groups), {.ratio = 0.2, .seed = 0});
  EXPECT_EQ(split.test.size(), 3U);
  check_no_leak(split, groups);
}

TEST(Validation, GroupsMayBeThoseOfScikitLearn) {
  const std::vector<std::string> groups = {"a", "a", "a", "b", "b", "b", "c", "c", "c"};
  const ValidationSection section{.ratio = 0.5, .seed = 41, .kind = "group_shuffle"};
  EXPECT_EQ(hold_back(nine_rows(groups), section).test, group_shuffle(groups, 0.5, 41).test);
  EXPECT_EQ(error_of([&] { hold_back(nine_rows(), section); }),
            "[validation]: kind = \"group_shuffle\" needs groups; give [data] groups");
  EXPECT_STREQ(error_of_run(watched("", "[validation]\nkind = \"groups\"\n\n[train]")).what(),
               "recipe.toml:12: unknown kind of validation 'groups'; known: group_shuffle");
}

TEST(Validation, ARatioOfNoRowIsRefused) {
  EXPECT_EQ(error_of([] { hold_back(nine_rows(), {.ratio = 0.01, .seed = 0}); }),
            "[validation]: ratio 0.01 of 9 training rows is none (expected at least one)");
}

}  // namespace
}  // namespace lathe
