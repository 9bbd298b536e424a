/// What a recipe must agree on with its model before any data is opened, or with the data before any training.
#include "lathe/recipe/plan.h"

#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include "lathe/data/readers/npy.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;

TEST(Plan, ALossOfLogitsIsRefusedOnProbabilities) {
  const Error error = error_of_run(with_line("batch = 4", "loss = \"bce_with_logits\""));
  EXPECT_EQ(
      std::string(error.what()),
      "recipe.toml:13: loss 'bce_with_logits' wants scores of any size, but the network's output 'probability' lies "
      "between 0 and 1 already; use loss = \"bce\"");
  EXPECT_EQ(error.code(), ExitCode::bad_input);
}

TEST(Plan, ALossOfAFinetuningIsCheckedBeforeTheTraining) {
  const std::string text = with_line("kind = \"merge\"\nratio = 0.5", "kind = \"finetune\"\nloss = \"cross_entropy\"");
  EXPECT_EQ(
      std::string(error_of_run(text).what()),
      "recipe.toml:19: loss 'cross_entropy' wants scores of any size, but the network's output 'probability' lies "
      "between 0 and 1 already; use loss = \"bce\"");
}

const std::string kClasses =
    "[data]\nname = \"small\"\nsimulator = \"rhythm\"\nsimulator_windows = 12\n[model]\nname = \"kernel_classifier\"\n"
    "kernels = 2\nlengths = [8]\nrate_hz = 64\n[train]\nepochs = 1\n[evaluate]\nresamples = 0\n";

TEST(Plan, ALossOfProbabilitiesIsRefusedOnScores) {
  EXPECT_EQ(
      std::string(error_of_run(with_line("epochs = 1", "loss = \"bce\"", kClasses)).what()),
      "recipe.toml:11: loss 'bce' wants probabilities, but the network's output 'classifier' is not kept between 0 and "
      "1; use loss = \"bce_with_logits\" or \"cross_entropy\"");
}

TEST(Plan, AModelForAnotherRateIsRefused) {
  EXPECT_EQ(std::string(error_of_run(with_line("rate_hz = 64", "rate_hz = 125", kClasses)).what()),
            "recipe.toml:9: the data has 64 samples a second (the model's node 'spectrum' expects 125); set [model] "
            "rate_hz = "
            "64, or [data] rate_hz to what is true");
}

TEST(Plan, AModelsDefaultRateMustBeTheDatasToo) {
  const ScratchFolder data;
  write_npy(data / "x.npy", at::rand({8, 640}));
  write_npy(data / "y.npy", at::zeros({8}, at::kLong));
  const std::string text =
      with_line("simulator = \"rhythm\"\nsimulator_windows = 12",
                "inputs = \"x.npy\"\ntargets = \"y.npy\"\nrate_hz = 100", with_line("rate_hz = 64\n", "", kClasses));
  EXPECT_EQ(
      std::string(error_of_run(text, data.path()).what()),
      "small: the data has 100 samples a second (the model's node 'spectrum' expects 64); set [model] rate_hz = 100, "
      "or [data] rate_hz to what is true");
}

TEST(Plan, ASimulatorsRateAndClassesAreItsOwn) {
  EXPECT_EQ(
      std::string(error_of_run(with_line("simulator_windows = 12", "simulator_windows = 12\nrate_hz = 32")).what()),
      "small: [data] rate_hz is 32 (the simulator 'ppg' makes 64 samples a second)");
  EXPECT_EQ(
      std::string(error_of_run(with_line("simulator_windows = 12", "class_names = [\"a\", \"b\", \"c\"]")).what()),
      "small: [data] class_names has 3 names (the simulator 'ppg' makes 2 classes: clean, artifact)");
}

TEST(Plan, AFileWhereTheDataFolderShouldBeIsSaid) {
  const ScratchFolder folder;
  write_atomic(folder / "file", "x");
  const std::string text =
      with_line("simulator = \"ppg\"\nsimulator_windows = 12", "inputs = \"x.npy\"\ntargets = \"y.npy\"");
  EXPECT_EQ(std::string(error_of_run(text, folder / "file").what()),
            "--data " + (folder / "file").string() + ": is a file, expected a folder");
}

}  // namespace
}  // namespace lathe
