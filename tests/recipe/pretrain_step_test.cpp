/// [[step]] kind = "pretrain": what it trains, leaves, writes and says, and what is refused before any data is read.
#include <ATen/ops/equal.h>

#include "lathe/formats/model_file.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

/// Simulated walkers and sleepers, one wrist each; a small network that trains in a second.
const std::string kWearables = R"([data]
name = "wrist"
simulator = "accelerometer"
simulator_windows = 96
split = "holdout"
test_ratio = 0.25

[model]
name = "conv1d"
in_channels = 3
samples = 300
hidden = 8
n_classes = 4

[train]
epochs = 0

[[step]]
kind = "pretrain"
tasks = ["arrow_of_time", {kind = "permutation", segments = 3, weight = 2}]
epochs = 2
batch = 16

[[step]]
kind = "finetune"
from = "pretrain"
epochs = 1
batch = 16

[evaluate]
resamples = 20
report_windows = 1
)";

std::string said(const std::string& old_line, const std::string& new_line) {
  return error_of_run(with_line(old_line, new_line, kWearables)).what();
}

TEST(PretrainStep, SaysWhatWasLearntAndKeepsTheHeads) {
  const ScratchFolder folder;
  const json metrics = run_text(kWearables, {.out = folder / "run"});
  const std::string note = metrics.at("notes")[0];
  EXPECT_EQ(note.substr(0, note.find(" in ")), "pretrained 2 epochs");
  EXPECT_NE(note.find(" windows of unseen subjects: arrow_of_time 0."), std::string::npos) << note;
  EXPECT_NE(note.find(", permutation 0."), std::string::npos) << note;
  EXPECT_NE(note.find("(chance 0.500)"), std::string::npos) << note;
  const Model network = load_model(folder / "run/steps/1-pretrain/pretext.safetensors");
  std::vector<std::string> heads;
  for (const int output : network.graph.outputs) heads.push_back(network.graph.nodes[static_cast<size_t>(output)].name);
  EXPECT_EQ(heads, (std::vector<std::string>{"aot_h.linear1", "permute_h.linear1"}));
  EXPECT_TRUE(std::filesystem::exists(folder / "run/steps/1-pretrain/history.csv"));
  EXPECT_EQ(load_model(folder / "run/model.safetensors").graph.outputs.size(), 1U);
}

TEST(PretrainStep, ResumesWithTheSameWeights) {
  const ScratchFolder folder;
  run_text(kWearables, {.out = folder / "whole"});
  run_text(kWearables, {.out = folder / "killed"});
  for (const char* lost : {"metrics.json", "model.safetensors", "steps/1-pretrain/pretext.safetensors"})
    std::filesystem::remove(folder / "killed" / lost);
  std::filesystem::remove_all(folder / "killed/steps/2-finetune");
  run_text(kWearables, {.out = folder / "killed", .resume = true});
  for (const char* file : {"model.safetensors", "steps/1-pretrain/pretext.safetensors"})
    EXPECT_EQ(read_text(folder / "killed" / file), read_text(folder / "whole" / file)) << file;
}

TEST(PretrainStep, EverySettingIsRead) {
  const ScratchFolder folder;
  const std::string text = with_line("batch = 16\n\n[[step]]\nkind = \"finetune\"",
                                     "batch = 16\nmethod = \"contrastive\"\ntemperature = 0.2\nprojection = 8\n"
                                     "positive_ratio = 0.6\nsampling = \"uniform\"\nwindows_per_subject = 10\n"
                                     "subjects_per_batch = 2\naxis_swap = false\nrotation = true\n"
                                     "learning_rate_scale = 2\nscale_cap = 1.5\nscale_epochs = 1\n"
                                     "optimizer = {learning_rate = 0.001}\n\n[[step]]\nkind = \"finetune\"",
                                     kWearables);
  const json metrics = run_text(text, {.out = folder / "run"});
  EXPECT_NE(std::string(metrics.at("notes")[0]).find("unseen subjects: partner 0."), std::string::npos);
  const std::string history = read_text(folder / "run/steps/1-pretrain/history.csv");
  EXPECT_NE(history.find(",0.001,"), std::string::npos) << history;   // the first epoch
  EXPECT_NE(history.find(",0.0015,"), std::string::npos) << history;  // and up to the cap
}

TEST(PretrainStep, UnknownTasksAndSettingsAreNamed) {
  EXPECT_EQ(said("\"arrow_of_time\"", "\"arow_of_time\""),
            "recipe.toml:20: unknown pretext task 'arow_of_time'; known: arrow_of_time, permutation, scale, time_warp "
            "(did you mean 'arrow_of_time'?)");
  EXPECT_EQ(said("segments = 3", "knots = 3"),
            "recipe.toml:20: 'knots' has no effect with the pretext task 'permutation'; it counts with time_warp");
  EXPECT_EQ(said("segments = 3", "segments = 1"),
            "recipe.toml:20: pretext task 'permutation': segments is 1 (expected at least 2)");
  EXPECT_EQ(said("epochs = 2", "temperature = 2"),
            "recipe.toml:21: 'temperature' has no effect with the pretraining method 'tasks'; it counts with "
            "contrastive");
  EXPECT_EQ(said("epochs = 2", "sampling = \"uniform\""),
            "recipe.toml:21: 'sampling' has no effect without windows_per_subject, for every window is shown");
  EXPECT_EQ(said("epochs = 2", "loss = \"mse\""),
            "recipe.toml:21: 'loss' has no effect in pretraining, which makes its own loss small and watches it");
  EXPECT_EQ(said("epochs = 2", "learning_rate_scale = \"rows\""),
            "recipe.toml:21: 'learning_rate_scale' is 'rows' (expected a number, or \"batch\" for the rows of a batch "
            "divided by 512)");
  EXPECT_EQ(said("epochs = 2", "learning_rate_scale = \"batch\"\nschedule = {kind = \"constant\", warmup = 2}"),
            "recipe.toml:21: 'learning_rate_scale' brings a way up of its own; leave out the schedule's 'warmup'");
  EXPECT_EQ(said("epochs = 2", "feature = \"mean\"").substr(0, 38), "recipe.toml:21: unknown key 'feature';");
}

TEST(PretrainStep, WindowsThatAreTooShortAreToldBeforeTheRun) {
  EXPECT_NE(said("segments = 3", "segments = 40")
                .find("windows have 300 samples (expected at least 440: 40 segments "
                      "of more than 10 samples)"),
            std::string::npos)
      << said("segments = 3", "segments = 40");
}

TEST(PretrainStep, MoreSubjectsABatchThanThereAre) {
  const ScratchFolder folder;
  EXPECT_EQ(error_of([&] {
              run_text(with_line("epochs = 2", "epochs = 2\nsubjects_per_batch = 9", kWearables),
                       {.out = folder / "run"});
            }),
            "step 'pretrain': 'subjects_per_batch' is 9 (expected at most 3, as many subjects as train)");
}

}  // namespace
}  // namespace lathe
