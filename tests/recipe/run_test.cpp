/// Whole runs of a small recipe: what the folder says, resuming, and data that does not fit the model.
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include "lathe/data/readers/npy.h"
#include "lathe/formats/model_file.h"
#include "lathe/recipe/manifest.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;
using nlohmann::json;

TEST(Run, TheLedgerHasARowAStepAndTheLastIsTheModel) {
  const ScratchFolder folder;
  const json metrics = run_text(kSmallRecipe, {.out = folder.path()});
  ASSERT_EQ(metrics.at("ledger").size(), 2U);
  EXPECT_EQ(metrics.at("ledger")[0].at("step"), "train");
  EXPECT_EQ(metrics.at("ledger")[0].at("parameters"), 2 * (8 + 4 + 4));
  EXPECT_EQ(metrics.at("ledger")[1].at("step"), "merge");
  EXPECT_EQ(metrics.at("model").at("parameters"), metrics.at("ledger")[1].at("parameters"));
  EXPECT_EQ(metrics.at("train").at("epochs"), 2);
  EXPECT_EQ(load_model(folder / "model.safetensors").preprocessing.class_names,
            (std::vector<std::string>{"clean", "artifact"}));
}

TEST(Run, TheManifestSaysWhatItWasMadeOf) {
  const ScratchFolder folder;
  run_text(kSmallRecipe, {.out = folder.path(), .seed = 7, .name = "small", .command = "lathe run small"});
  const json described = json::parse(read_text(folder / "manifest.json"));
  EXPECT_EQ(described.at("seed"), 7);
  EXPECT_EQ(described.at("command"), "lathe run small");
  EXPECT_EQ(described.at("data").at("simulator 'ppg'"), "seed 0, 12 windows");
  EXPECT_EQ(described.at("rows"), json({{"train", 9}, {"test", 3}, {"dropped", 0}}));
  for (const char* key : {"lathe", "libtorch", "started", "machine", "threads", "device"})
    EXPECT_TRUE(described.contains(key)) << key;
}

TEST(Run, SeedsDecideTheWeights) {
  const ScratchFolder a, b, c;
  run_text(kSmallRecipe, {.out = a.path(), .seed = 1});
  run_text(kSmallRecipe, {.out = b.path(), .seed = 1});
  run_text(kSmallRecipe, {.out = c.path(), .seed = 2});
  EXPECT_EQ(read_text(a / "model.safetensors"), read_text(b / "model.safetensors"));
  EXPECT_NE(read_text(a / "model.safetensors"), read_text(c / "model.safetensors"));
}

TEST(Run, ResumingAFinishedRunDoesNothing) {
  const ScratchFolder folder;
  const json first = run_text(kSmallRecipe, {.out = folder.path()});
  std::map<std::string, fs::file_time_type> before, after;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    before[entry.path().string()] = entry.last_write_time();
  std::vector<std::string> said;
  const json again =
      run_text(kSmallRecipe,
               {.out = folder.path(), .resume = true, .say = [&](const std::string& line) { said.push_back(line); }});
  for (const auto& entry : fs::directory_iterator(folder.path()))
    after[entry.path().string()] = entry.last_write_time();
  EXPECT_EQ(again, first);
  EXPECT_EQ(before, after);
  EXPECT_EQ(said, (std::vector<std::string>{folder.path().string() + " is finished already; nothing to do"}));
}

TEST(Run, OtherSettingsDoNotGoOnInTheSameFolder) {
  const ScratchFolder folder;
  run_text(kSmallRecipe, {.out = folder.path()});
  EXPECT_EQ(
      error_of([&] { run_text(with_line("epochs = 2", "epochs = 3"), {.out = folder.path(), .resume = true}); }),
      folder.path().string() + ": was made with other settings than these (see its recipe.toml); give another --out");
  EXPECT_EQ(error_of([&] { run_text(kSmallRecipe, {.out = folder.path()}); }),
            folder.path().string() + ": holds a run already; go on with --resume, or give another --out");
}

TEST(Run, AnInterruptedRunGoesOnToTheSameBytes) {
  const ScratchFolder whole, stopped;
  run_text(kSmallRecipe, {.out = whole.path()});
  int steps = 0;
  EXPECT_EQ(error_of([&] {
              run_text(kSmallRecipe, {.out = stopped.path(), .stop_requested = [&] { return ++steps == 4; }});
            }),
            "train: interrupted after step 4 of 6; go on with --resume");
  EXPECT_FALSE(fs::exists(stopped / "metrics.json"));
  run_text(kSmallRecipe, {.out = stopped.path(), .resume = true});
  EXPECT_EQ(read_text(whole / "model.safetensors"), read_text(stopped / "model.safetensors"));
}

class ClassRun : public testing::Test {
 protected:
  ScratchFolder data_;
  std::string text_ =
      "[data]\nname = \"small\"\ninputs = \"x.npy\"\ntargets = \"y.npy\"\n[model]\nname = "
      "\"kernel_classifier\"\nkernels = 2\n"
      "lengths = [8]\nsamples = 40\nclasses = 3\n[train]\nepochs = 1\nclass_weights = "
      "\"balanced\"\n[evaluate]\nresamples = 0\n";
  void SetUp() override { write_npy(data_ / "x.npy", at::rand({8, 1, 40})); }
  std::string error_with(const at::Tensor& classes) {
    write_npy(data_ / "y.npy", classes);
    return error_of_run(text_, data_.path()).what();
  }
};

TEST_F(ClassRun, ClassesMustFitTheModel) {
  EXPECT_EQ(error_with(at::tensor({0, 1, 2, 0, 1, 3, 0, 1}, at::kLong)),
            "small: has a class 3 but the model has 3 outputs; set [model] classes = 4");
  EXPECT_EQ(
      error_with(at::tensor({3, 1, 2, 0, 1, 2, 0, 1}, at::kLong)),  // row 0 is tested, never trained
      "small: class 3 has no sample that trains (expected at least one of every class); another split, or class_names "
      "without it");
  text_ = with_line("name = \"small\"", "name = \"small\"\nclass_names = [\"a\", \"b\"]", text_);
  EXPECT_EQ(error_with(at::tensor({0, 1, 1, 0, 1, 0, 0, 1}, at::kLong)),
            "small: 2 classes have names but the model has 3 outputs; set [model] classes = 2");
}

TEST_F(ClassRun, AClassWithoutARowCannotBeBalanced) {
  const std::string sentence = error_with(at::tensor({0, 1, 1, 0, 1, 0, 0, 1}, at::kLong));
  EXPECT_EQ(sentence.rfind("small: ", 0), 0U) << sentence;
  EXPECT_NE(sentence.find("class 2"), std::string::npos) << sentence;
}

TEST_F(ClassRun, ChannelsMustFitTheModel) {
  write_npy(data_ / "x.npy", at::rand({8, 2, 40}));
  EXPECT_EQ(error_with(at::tensor({0, 1, 2, 0, 1, 2, 0, 1}, at::kLong)),
            "small: windows have 2 channels (the model expects 1)");
}

TEST_F(ClassRun, RunsToTheEnd) {
  const ScratchFolder folder;
  write_npy(data_ / "y.npy", at::tensor({0, 1, 2, 0, 1, 2, 0, 1}, at::kLong));
  const json metrics = run_text(text_, {.data = data_.path(), .out = folder.path()});
  EXPECT_TRUE(metrics.at("sets").at("small").contains("macro_f1"));
  EXPECT_EQ(metrics.at("model").at("parameters"), 2 * 9 + (2 + 21) * 3 + 3);
}

}  // namespace
}  // namespace lathe
