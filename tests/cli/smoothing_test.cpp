/// Sequences of classes, smoothed as the model's file says: eval shows both ways, predict decides by it.
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"
#include "tests/support/rhythm_recipe.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;

TEST(SmoothedClasses, InEvalAndPredict) {
  const ScratchFolder folder;
  write_atomic(folder / "rhythm.toml", kRhythmRecipe + "smoothing = \"hmm\"\n");
  const auto lathe = [&](const std::vector<std::string>& words) {
    Outcome outcome = lathe_in(folder.path(), words);
    EXPECT_EQ(outcome.code, 0) << outcome.error;
    return outcome;
  };
  lathe({"run", "rhythm.toml", "--out", "run", "--set", "data.simulator_windows=48"});
  Rng rng(1);
  std::vector<float> rows;
  for (int i = 0; i < 6 * 640; ++i) rows.push_back(static_cast<float>(rng.normal()));
  write_array<float>(folder / "x.npy", "<f4", {6, 640}, rows);
  write_array<int64_t>(folder / "y.npy", "<i8", {6}, {0, 1, 2, 0, 1, 2});
  write_array<int64_t>(folder / "who.npy", "<i8", {6}, {7, 7, 7, 8, 8, 8});
  const std::vector<std::string> eval = {
      "eval",    "run/model.safetensors", "--inputs", "x.npy", "--targets", "y.npy", "--groups",
      "who.npy", "--resamples",           "0"};
  const auto with = [](std::vector<std::string> words, const std::string& flag) {
    words.push_back(flag);
    return words;
  };
  const json both = lathe(with(eval, "--json")).json().at("sets");
  EXPECT_EQ(both.size(), 2U);
  const json alone = lathe(with(with(eval, "--no-smoothing"), "--json")).json();
  EXPECT_EQ(alone.at("sets").size(), 1U);
  EXPECT_EQ(alone.at("sets").at("x.npy"), both.at("x.npy without smoothing"));
  EXPECT_EQ(alone.at("details").at("x.npy").at("groups").size(), 2U);
  const std::string text = lathe(eval).out;
  EXPECT_NE(text.find("\nx.npy without smoothing\n6 windows, 6 samples\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nmean of 2 "), std::string::npos) << text;

  const auto labels = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"predict", "run/model.safetensors", "x.npy", "--labels", "-o", "p.npy"};
    words.insert(words.end(), more.begin(), more.end());
    const bool said = lathe(words).error.find("classes are smoothed along sequences") != std::string::npos;
    EXPECT_EQ(said, more.empty());
    return read_array<int64_t>(folder / "p.npy");
  };
  const auto plain = labels({"--no-smoothing"}), smoothed = labels({});
  EXPECT_EQ(plain.size(), 6U);
  EXPECT_EQ(smoothed.size(), 6U);
}

}  // namespace
}  // namespace lathe
