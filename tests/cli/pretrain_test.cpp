/// lathe pretrain: a trunk from windows without labels, killed and gone on with, and what is refused.
#include <ATen/ops/equal.h>

#include "lathe/formats/model_file.h"
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;

class PretrainVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    ok({"new", "conv1d", "--set", "in_channels=3", "--set", "samples=120", "--set", "hidden=8", "-o",
        "fresh.safetensors"});
    Rng rng(3);
    std::vector<float> windows;
    std::vector<int64_t> wearers;
    for (int64_t row = 0; row < 48; ++row) {
      wearers.push_back(row / 6);
      const double start = rng.uniform(0, 6);
      for (int64_t i = 0; i < 120 * 3; ++i) windows.push_back(static_cast<float>(std::sin(start + 0.15 * (i / 3))));
    }
    write_array(folder_ / "x.npy", "<f4", {48, 120, 3}, windows);
    write_array(folder_ / "pid.npy", "<i8", {48}, wearers);
  }
  void ok(const std::vector<std::string>& arguments) {
    const Outcome outcome = lathe_in(folder_.path(), arguments);
    ASSERT_EQ(outcome.code, 0) << outcome.error;
  }
  Outcome pretrain(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"pretrain", "fresh.safetensors", "--inputs", "x.npy",   "--layout",  "NTC",
                                    "-o",       "out.safetensors",   "--set",    "batch=8", "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return lathe_in(folder_.path(), all);
  }
  ScratchFolder folder_;
};

TEST_F(PretrainVerb, TrainsTheTrunkAndLeavesTheHead) {
  const Outcome outcome = pretrain({"--groups", "pid.npy", "--validation", "0.25", "--tasks", "arrow_of_time,time_warp",
                                    "--set", "epochs=2", "--heads", "heads.safetensors", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("validation: 12 of 48 windows are held back, whole groups\n"), std::string::npos);
  EXPECT_EQ(outcome.json().at("train").at("epochs"), 2);
  EXPECT_EQ(outcome.json().at("validation").at("time_warp").at("chance"), 0.5);
  const Model before = load_model(folder_ / "fresh.safetensors"), after = load_model(folder_ / "out.safetensors");
  const auto same = [&](const char* node) {
    return at::equal(before.graph.node(node).params["weight"], after.graph.node(node).params["weight"]);
  };
  EXPECT_FALSE(same("conv1"));
  EXPECT_TRUE(same("fc2"));
  EXPECT_EQ(load_model(folder_ / "heads.safetensors").graph.outputs.size(), 2U);
}

TEST_F(PretrainVerb, FilesSayWhoseTheyAre) {
  std::filesystem::create_directories(folder_ / "wrist");
  for (const char* name : {"walk_ann", "sit_ann", "walk_bob", "sit_bob"}) {
    std::string text;
    for (int i = 0; i < 480; ++i) text += fmt::format("{} {} {}\n", i * 7 % 11, i % 13, i % 5);
    write_atomic(folder_ / "wrist" / fmt::format("{}.txt", name), text);
  }
  const auto said = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {
        "pretrain", "fresh.safetensors", "--inputs",     "wrist", "--window", "120",  "-o", "out.safetensors",
        "--set",    "epochs=1",          "--validation", "0.5",   "--groups", "{who}"};
    all.insert(all.end(), more.begin(), more.end());
    return lathe_in(folder_.path(), all);
  };
  const Outcome by_person = said({"--targets", "{activity}_{who}"});
  EXPECT_EQ(by_person.code, 0) << by_person.error;
  EXPECT_NE(by_person.error.find("validation: 8 of 16 windows are held back, whole groups\n"), std::string::npos)
      << by_person.error;
  const Outcome nowhere = said({});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_NE(nowhere.error.find("--groups '{who}': nothing says where in a file's name that stands"), std::string::npos)
      << nowhere.error;
}

TEST_F(PretrainVerb, GoesOnWhereItWasStopped) {
  ASSERT_EQ(pretrain({"--set", "epochs=3", "--checkpoints", "whole"}).code, 0);
  const std::string whole = read_text(folder_ / "out.safetensors");
  ASSERT_EQ(pretrain({"--set", "epochs=3", "--checkpoints", "killed", "--set", "checkpoint_steps=5"}).code, 0);
  EXPECT_EQ(read_text(folder_ / "out.safetensors"), whole);
  ASSERT_EQ(pretrain({"--set", "epochs=3", "--checkpoints", "whole", "--resume"}).code, 0);
  EXPECT_EQ(read_text(folder_ / "out.safetensors"), whole);
}

TEST_F(PretrainVerb, SlipsAreSaidBeforeTraining) {
  const auto refused = [&](const std::vector<std::string>& more, int code, const std::string& sentence) {
    const Outcome outcome = pretrain(more);
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.error, "lathe: " + sentence + "\n");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.safetensors"));
  };
  refused(
      {"--tasks", "arrow_of_time,permutaton"}, 2,
      "--tasks: unknown pretext task 'permutaton'; known: arrow_of_time, permutation, scale, time_warp (did you mean "
      "'permutation'?)");
  refused({"--resume"}, 2, "pretrain: --resume needs --checkpoints, the folder to go on from");
  refused({"--set", "windows_per_subject=3"}, 3,
          "'windows_per_subject' is 3, and the windows have no subjects (expected groups, whose each window is)");
  refused({"--set", "class_weights=balanced"}, 2,
          "--set class_weights=balanced: 'class_weights' has no effect in pretraining, which makes its own loss small "
          "and watches it");
  refused(
      {"--set", "features=conv3"}, 2,
      "fresh.safetensors: unknown node 'conv3'; known: conv1, conv2, fc1, fc2, flatten, input, pool1, pool2, relu1, "
      "relu2 (did you mean 'conv1'?)");
}

}  // namespace
}  // namespace lathe
