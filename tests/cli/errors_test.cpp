/// Bad input through the program: one sentence on stderr, the right exit code, nothing on stdout, nothing half written.
#include <set>

#include "lathe/base/text.h"
#include "lathe/cli/verb.h"
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"
#include "tests/support/recipes.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;

class Errors : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder;
    write_recordings(folder_->path(), recordings());
    write_atomic(*folder_ / "small.toml", kSmallRecipe);
    ASSERT_EQ(lathe_in(folder_->path(), {"new", "kernel_segmenter", "--set", "kernels=2", "--set", "lengths=[8]",
                                         "--set", "samples=160", "-o", "m.safetensors"})
                  .code,
              0);
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::set<std::string> names() {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_->path())) names.insert(entry.path().string());
    return names;
  }
  /// Expects the sentence and the code, and that the folder holds what it held.
  static void refused(const std::vector<std::string>& words, int code, const std::string& sentence) {
    std::set<std::string> before = names();
    before.insert({(*folder_ / "stdout.txt").string(), (*folder_ / "stderr.txt").string()});
    const Outcome outcome = lathe_in(folder_->path(), words);
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.error, "lathe: " + sentence + "\n");
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(names(), before);
  }
  static void eval_refused(const std::string& inputs, const std::string& targets, const std::string& sentence,
                           int code = 3) {
    refused({"eval", "m.safetensors", "--inputs", inputs, "--targets", targets}, code, sentence);
  }
  static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(Errors, SlipsOnTheCommandLine) {
  refused({"rnu"}, 2, unknown_name("verb", "rnu", verbs().names()));
  refused({"info"}, 2, "MODEL is required; see 'lathe info --help'");
  refused({"info", "m.safetensors", "--inptu", "1,2"}, 2,
          "unknown option '--inptu' (did you mean '--input'?); see 'lathe info --help'");
  refused({"run", "small.toml", "--ouput", "x"}, 2,
          "unknown option '--ouput' (did you mean '--out'?); see 'lathe run --help'");
  refused({"info", "m.safetensors", "--whatever"}, 2, "unknown option '--whatever'; see 'lathe info --help'");
  refused({"info", "m.safetensors", "more"}, 2,
          "The following argument was not expected: more; see 'lathe info --help'");
  refused({"merge", "m.safetensors", "--ratio", "0.3,x", "-o", "o.safetensors"}, 2,
          "--ratio 0.3,x: 'x' is not a number (expected numbers with commas between)");
  refused({"list", "opps"}, 2,
          "unknown list 'opps'; known: augmentations, cleaners, criteria, distillation_losses, front_ends, losses, "
          "macs, metrics, models, ops, optimizers, pretext_methods, pretext_tasks, "
          "readers, recipes, regularizers, schedules, simulators, "
          "sparsity_distributions, sparsity_grow_rules, sparsity_methods, sparsity_prune_rules, sparsity_strengths, "
          "steps, transforms (did you mean 'ops'?)");
  refused({"new", "kernel_segmenter", "--set", "kernel=3", "-o", "o.safetensors"}, 2,
          "--set kernel=3: unknown key 'kernel'; known: kernels, lengths, samples (did you mean 'kernels'?)");
}

TEST_F(Errors, SizesThatNoComputerHas) {
  const auto info_refused = [](const std::string& input, const std::string& sentence) {
    refused({"info", "m.safetensors", "--input", input}, 2, "--input " + input + ": " + sentence);
  };
  info_refused("1,99999999999999", "holds too many values (expected at most 2,147,483,648)");
  info_refused("99999999999999999999,1", "99999999999999999999 is too large for a whole number");
  info_refused("4294967296,4294967296", "holds too many values (expected at most 2,147,483,648)");
  info_refused("1,0", "0 is no size (expected at least 1)");
  info_refused("1,-5", "-5 is no size (expected at least 1)");
  info_refused("1,1.5", "'1.5' is not a whole number (expected whole numbers with commas between)");
}

TEST_F(Errors, KeysWithoutEffectInTraining) {
  const auto train_refused = [](const std::string& assignment, const std::string& sentence) {
    refused({"train", "m.safetensors", "--inputs", "x.npy", "--targets", "y.npy", "--set", assignment, "-o",
             "o.safetensors"},
            2, "--set " + assignment + ": " + sentence);
  };
  train_refused("optimizer.momentum=0.9", "'momentum' has no effect with the optimizer 'adam'; it counts with sgd");
  train_refused("checkpoint_steps=3",
                "'checkpoint_steps' has no effect without --checkpoints, the folder for checkpoints");
  train_refused(
      "loss=bce_with_logits",
      "loss 'bce_with_logits' wants scores of any size, but the network's output 'probability' lies between 0 and "
      "1 already; use loss = \"bce\"");
}

TEST_F(Errors, SlipsInTheGridOfASweepStartNoCell) {
  refused({"sweep", "small.toml", "--grid", "model.kernals=2,3", "--out", "s"}, 2,
          "--grid model.kernals=2: unknown key 'kernals'; known: kernels, lengths, samples (did you mean 'kernels'?)");
  refused({"sweep", "small.toml", "--grid", "train.batch=4,half", "--out", "s"}, 2,
          "--grid train.batch=half: 'batch' has the wrong type (expected a whole number, got 'half')");
}

TEST_F(Errors, ASweepEndsWithTheExitCodeOfItsFailedCell) {
  const Outcome outcome = lathe_in(folder_->path(), {"sweep", "small.toml", "--grid", "data.simulator_windows=3,12",
                                                     "--threads", "1", "--out", "s"});
  EXPECT_EQ(outcome.code, 3);
  const std::string last =
      "lathe: sweep: cell 'data.simulator_windows=3_repeat=0' failed: small: split: fold 0 of 4 is empty (expected at "
      "least "
      "one row a fold, got 3 rows)\n";
  EXPECT_EQ(outcome.error.substr(outcome.error.size() - std::min(outcome.error.size(), last.size())), last);
  fs::remove_all(*folder_ / "s");
}

TEST_F(Errors, NoVerbShowsTheHelpOnStderr) {
  const Outcome outcome = lathe_in(folder_->path(), {});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.error, lathe_in(folder_->path(), {"--help"}).out);
}

TEST_F(Errors, FilesThatAreNotThere) {
  refused({"info", "gone.safetensors"}, 3, "gone.safetensors: cannot be opened (No such file or directory)");
  refused({"run", "gone.toml"}, 3, "gone.toml: cannot be opened (No such file or directory)");
  refused({"run", "ppg-qualty"}, 2,
          "unknown recipe 'ppg-qualty'; known: audio-cp-resnet, audio-sparse, cifar-distill, cifar-hebbian, few-labels, gsr-pain, har-adl, "
          "har-adl-pruned, har-finetune, har-pretrain, har-small, mnist-cp-resnet, mnist-sparse, "
          "ppg-quality, ppg-quality-demo, ppg-sweep, prune-onnx, rhythm-classifier, self-distill-pruned (did you mean "
          "'ppg-quality'?)");
  refused({"report", "m.safetensors"}, 3, "m.safetensors: is a file, expected a folder");
  refused({"report", "."}, 3, ".: holds no finished run (metrics.json is not there)");
  const std::string path = (*folder_ / "gone.npy").string();
  eval_refused("gone.npy", "y.npy", path + ": is not there");
}

TEST_F(Errors, TruncatedFiles) {
  const std::string model = read_text(*folder_ / "m.safetensors");
  write_atomic(*folder_ / "short.safetensors", model.substr(0, 6));
  refused({"info", "short.safetensors"}, 3,
          "short.safetensors: 6 bytes are too few for a safetensors file (expected at least 8)");
  write_atomic(*folder_ / "cut.safetensors", model.substr(0, model.size() - 4));
  const Outcome cut = lathe_in(folder_->path(), {"info", "cut.safetensors"});
  EXPECT_EQ(cut.code, 3);
  EXPECT_EQ(cut.error.rfind("lathe: cut.safetensors: tensor '", 0), 0U) << cut.error;
  write_atomic(*folder_ / "cut.npy", read_text(*folder_ / "x.npy").substr(0, 1000));
  const Outcome array = lathe_in(folder_->path(), {"predict", "m.safetensors", "cut.npy", "-o", "o.npy"});
  EXPECT_EQ(array.code, 3);
  EXPECT_NE(array.error.find("cut.npy: "), std::string::npos) << array.error;
  EXPECT_FALSE(fs::exists(*folder_ / "o.npy"));
}

TEST_F(Errors, FilesOfAnotherKind) {
  write_atomic(*folder_ / "x.mat", "no matrix");
  const std::string path = (*folder_ / "x.mat").string();
  eval_refused(
      "x.mat", "y.npy",
      path +
          ": no reader knows this kind of file (expected .npy .csv .tsv .txt .idx -idx3-ubyte .bin .png .jpg .jpeg "
          ".wav .flac .ogg, got '.mat')",
      4);
  refused({"info", "x.npy"}, 3,
          "x.npy: the header is said to have 379676406402707 bytes (expected at most 100000000); is it a safetensors "
          "file?");
}

TEST_F(Errors, ArraysThatDoNotFit) {
  const Recordings made = recordings();
  write_array(*folder_ / "y7.npy", "<f4", {kWindows - 1, kSamples},
              std::vector<float>(made.labels.begin(), made.labels.end() - kSamples));
  eval_refused("x.npy", "y7.npy", "x.npy with y7.npy: targets and inputs disagree (expected 8 rows of targets, got 7)");
  std::vector<float> odd = made.labels;
  odd[2 * kSamples + 5] = 2;
  write_array(*folder_ / "odd.npy", "<f4", {kWindows, kSamples}, odd);
  eval_refused("x.npy", "odd.npy",
               "x.npy with odd.npy: label outside the allowed set (expected 0 or 1, got 2 in row 2, sample 5)");
  std::vector<float> holes = made.inputs;
  holes[3 * kSamples] = holes[3 * kSamples + 1] = holes[6 * kSamples] = std::nanf("");
  write_array(*folder_ / "holes.npy", "<f4", {kWindows, kSamples}, holes);
  eval_refused("holes.npy", "y.npy",
               "holes.npy with y.npy: inputs hold NaN or infinity (expected finite numbers, got 3 such values in 2 "
               "rows, the first in row "
               "3); missing = \"drop\" leaves such rows out");
  write_array(*folder_ / "half.npy", "<f4", {2 * kWindows, kSamples / 2}, made.inputs);
  write_array(*folder_ / "half_y.npy", "<f4", {2 * kWindows, kSamples / 2}, made.labels);
  refused({"train", "m.safetensors", "--inputs", "half.npy", "--targets", "half_y.npy", "-o", "o.safetensors"}, 3,
          "half.npy: windows are [1, 1, 80] (the model expects [1, 1, 160])");
}

TEST_F(Errors, RecipesThatDoNotFit) {
  refused({"run", "small.toml", "--out", "r", "--set", "train.epoch=3"}, 2,
          "--set train.epoch=3: unknown key 'epoch'; known: accumulate, batch, checkpoint_seconds, checkpoint_steps, "
          "class_weights, clip_norm, clip_value, epochs, freeze, kernel_method, loss, min_delta, monitor, optimizer, "
          "patience, regularizer, restore_best, schedule, shuffle, shuffle_buffer (did you mean 'epochs'?)");
  refused({"run", "small.toml", "--out", "r", "--set", "data.simulator_windows=3"}, 3,
          "small: split: fold 0 of 4 is empty (expected at least one row a fold, got 3 rows)");
  refused({"sweep", "small.toml", "--grid", "model.kernels", "--out", "s"}, 2,
          "--grid model.kernels: is no axis (expected key=value,value,…)");
}

TEST_F(Errors, PlacesThatCannotBeWritten) {
  refused({"new", "kernel_segmenter", "-o", "/dev/null/m.safetensors"}, 3,
          "/dev/null/m.safetensors: cannot be written (the folder '/dev/null' is not there)");
  refused({"new", "kernel_segmenter", "-o", "/dev/null"}, 3, "/dev/null: cannot be written (it is no plain file)");
  refused({"absorb", "m.safetensors", "-o", "."}, 3, ".: cannot be written (it is a folder)");
  refused({"run", "small.toml", "--out", "/dev/null/r"}, 3, "/dev/null: is a file, expected a folder");
  refused({"run", "small.toml", "--out", "m.safetensors"}, 3, "m.safetensors: is a file, expected a folder");
}

TEST_F(Errors, AFullDiskLeavesNothingHalfWritten) {
  const std::set<std::string> before = names();
  const Outcome outcome = lathe_on_full_disk(folder_->path(), 1, {"new", "kernel_segmenter", "-o", "big.safetensors"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.error, "lathe: big.safetensors: cannot be written (File too large)\n");
  EXPECT_EQ(names(), before);
}

TEST_F(Errors, AFullDiskKeepsTheOldModel) {
  const std::string before = read_text(*folder_ / "m.safetensors");
  const Outcome outcome = lathe_on_full_disk(folder_->path(), 1, {"absorb", "m.safetensors", "-o", "m.safetensors"});
  EXPECT_EQ(outcome.error, "lathe: m.safetensors: cannot be written (File too large)\n");
  EXPECT_EQ(read_text(*folder_ / "m.safetensors"), before);
}

TEST_F(Errors, ARunOnAFullDiskGoesOnWhenThereIsRoomAgain) {
  const std::vector<std::string> words = {"run", "small.toml", "--out", "full", "--threads", "1", "--resume"};
  const Outcome outcome = lathe_on_full_disk(folder_->path(), 100, words);
  EXPECT_EQ(outcome.code, 3);
  const std::string last = "lathe: full/explain.json: cannot be written (File too large)\n";
  EXPECT_EQ(outcome.error.substr(outcome.error.size() - std::min(outcome.error.size(), last.size())), last);
  EXPECT_FALSE(fs::exists(*folder_ / "full/metrics.json"));
  for (const std::string& name : names()) EXPECT_EQ(name.find(".tmp"), std::string::npos) << name;
  EXPECT_EQ(lathe_in(folder_->path(), words).code, 0);
  fs::remove_all(*folder_ / "full");
}

TEST_F(Errors, AStdoutThatIsFullIsNoSuccess) {
  const Program program({"/bin/sh", "-c", "exec \"$0\" list ops > /dev/full", program_path()}, folder_->path());
  EXPECT_EQ(program.wait(), 3);
  EXPECT_EQ(program.error(), "lathe: standard output: cannot be written (No space left on device)\n");
}

TEST_F(Errors, ADeviceThatIsNotThereIsUnsupported) {
  const Outcome outcome =
      lathe_in(folder_->path(), {"predict", "m.safetensors", "x.npy", "--device", "cuda", "-o", "cuda.npy"});
  if (outcome.code == 0) GTEST_SKIP() << "this machine has a GPU";
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.error, "lathe: device 'cuda' is not there (this LibTorch build or machine has no CUDA); use cpu\n");
}

}  // namespace
}  // namespace lathe
