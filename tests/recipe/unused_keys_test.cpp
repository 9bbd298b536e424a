/// Keys that a recipe knows and that have no effect in this one: each is refused where it was written, before any work.
#include "lathe/recipe/unused_keys.h"

#include "lathe/recipe/plan.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;

struct Unused {
  std::string old_line, new_line, sentence;
};

void PrintTo(const Unused& unused, std::ostream* out) {
  *out << unused.new_line;
}

class NoEffect : public testing::TestWithParam<Unused> {};

TEST_P(NoEffect, IsRefusedWithItsLine) {
  const Error error = error_of_run(with_line(GetParam().old_line, GetParam().new_line));
  EXPECT_EQ(std::string(error.what()), GetParam().sentence);
  EXPECT_EQ(error.code(), ExitCode::bad_input);
}

const std::string kName = "name = \"small\"";

INSTANTIATE_TEST_SUITE_P(
    OfData, NoEffect,
    testing::Values(
        Unused{kName, "inputs = \"x.npy\"",
               "recipe.toml:3: 'simulator' has no effect where 'inputs' names a file; leave one of them out"},
        Unused{kName, "targets = \"y.npy\"",
               "recipe.toml:2: 'targets' has no effect on simulated recordings; it counts where 'inputs' names a file"},
        Unused{kName, "columns = [1]",
               "recipe.toml:2: 'columns' has no effect on simulated recordings; it counts where 'inputs' names a file"},
        Unused{kName, "train_rows = \"0:9\"",
               "recipe.toml:2: 'train_rows' has no effect with split = \"contiguous\"; it counts with rows"},
        Unused{
            kName, "split = \"none\"\nfold = 0",
            "recipe.toml:3: 'fold' has no effect with split = \"none\"; it counts with contiguous, grouped, shuffled"},
        Unused{kName, "split_seed = 1",
               "recipe.toml:2: 'split_seed' has no effect with split = \"contiguous\"; it counts with "
               "group_shuffle, grouped, holdout, shuffled"},
        Unused{kName, "split = \"holdout\"\ntest_groups = [\"a\"]\ntest_ratio = 0.2",
               "recipe.toml:4: 'test_ratio' has no effect where 'test_groups' names who tests"},
        Unused{"simulator = \"ppg\"\nsimulator_windows = 12", "inputs = \"x.npy\"\ntargets_column = \"label\"",
               "recipe.toml:4: 'targets_column' has no effect without 'targets', the file that holds the column"},
        Unused{"simulator = \"ppg\"\nsimulator_windows = 12", "inputs = \"x.npy\"\nlayout = \"NT\"\nwindow_samples = 8",
               "recipe.toml:5: 'window_samples' has no effect with layout = \"NT\", whose rows are windows already; it "
               "counts with T and TC"},
        Unused{"simulator = \"ppg\"\nsimulator_windows = 12", "inputs = \"x.npy\"\nstride_samples = 8",
               "recipe.toml:4: 'stride_samples' has no effect without 'window_samples' or 'window_seconds'"}));

INSTANTIATE_TEST_SUITE_P(
    OfTraining, NoEffect,
    testing::Values(
        Unused{"learning_rate = 0.01", "momentum = 0.9",
               "recipe.toml:14: 'momentum' has no effect with the optimizer 'adam'; it counts with sgd"},
        Unused{"kind = \"adam\"", "kind = \"sgd\", amsgrad = true",
               "recipe.toml:14: 'amsgrad' has no effect with the optimizer 'sgd'; it counts with adam, adamw"},
        Unused{"kind = \"adam\"", "kind = \"sgd\", dampening = 0.1",
               "recipe.toml:14: 'dampening' has no effect without momentum; it counts with momentum above 0"},
        Unused{
            "kind = \"linear\"", "kind = \"constant\"",
            "recipe.toml:15: 'end_factor' has no effect with the schedule 'constant'; it counts with cosine, linear, "
            "warmup"},
        Unused{"end_factor = 0.5", "warmup_factor = 0.5",
               "recipe.toml:15: 'warmup_factor' has no effect without warmup; it counts with warmup = 1 or more"},
        Unused{"kind = \"linear\", end_factor = 0.5", "kind = \"constant\", per = \"step\"",
               "recipe.toml:15: 'per' has no effect with the schedule 'constant'; it counts with cosine, exponential, "
               "linear, step, warmup"},
        Unused{
            "batch = 4", "shuffle = true",
            "recipe.toml:13: 'shuffle' has no effect with batch = 0, where every step takes all rows; it counts with "
            "mini-batches"},
        Unused{"batch = 4", "class_weights = [1, 2]",
               "recipe.toml:13: 'class_weights' has no effect with the loss 'bce'; it counts with cross_entropy"},
        Unused{"kind = \"merge\"\nratio = 0.5", "kind = \"finetune\"\nclass_weights = \"balanced\"",
               "recipe.toml:19: 'class_weights' has no effect with the loss 'bce'; it counts with cross_entropy"}));

INSTANTIATE_TEST_SUITE_P(
    OfEvaluation, NoEffect,
    testing::Values(Unused{
        "resamples = 20", "smooth_order = 2",
        "recipe.toml:22: 'smooth_order' has no effect without smooth_window; it counts beside one"}));

TEST(UnusedKeys, AWarmupGivesEverySchedulesTimeAUnit) {
  const std::string text =
      with_line("kind = \"linear\", end_factor = 0.5", "kind = \"constant\", per = \"step\", warmup = 2");
  EXPECT_EQ(plan_of(effective_recipe(parse_toml(text, "recipe.toml")), "").train.fit.schedule_per, "step");
}

TEST(UnusedKeys, AThresholdSaysNothingOfClasses) {
  Preprocessing preprocessing{.task = "classification"};
  EXPECT_EQ(error_of([&] { evaluate_section(parse_toml("a = 1\nthreshold = 0.4\n", "r.toml"), preprocessing); }),
            "r.toml:2: 'threshold' has no effect on a class a window; it counts with labels a sample");
}

TEST(UnusedKeys, WhatIsTypedPutsAsideWhatIsWrittenAndSaysSo) {
  Settings recipe = parse_toml(with_line(kName, kName + "\nfolds = 3"), "recipe.toml");
  apply_assignment(recipe, "data.split=none", "--set");
  std::vector<std::string> said;
  const Settings effective = effective_recipe(recipe, [&](const std::string& sentence) { said.push_back(sentence); });
  EXPECT_EQ(said,
            std::vector<std::string>{"--set data.split=none: 'folds' (recipe.toml:3) is left out, for it has no effect "
                                     "with split = \"none\"; it counts with contiguous, grouped, shuffled"});
  EXPECT_FALSE(effective.table("data").has("folds"));
  EXPECT_EQ(plan_of(effective, "").data.split, "none");
}

TEST(UnusedKeys, WhatIsTypedWithoutEffectIsRefused) {
  Settings recipe = parse_toml(kSmallRecipe, "recipe.toml");
  apply_assignment(recipe, "data.test_ratio=0.5", "--set");
  try {
    run_recipe(recipe, {.out = "/nowhere"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--set data.test_ratio=0.5: 'test_ratio' has no effect with split = \"contiguous\"; it counts with "
              "group_shuffle, "
              "holdout");
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

}  // namespace
}  // namespace lathe
