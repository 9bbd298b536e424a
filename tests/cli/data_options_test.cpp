/// The data options of the verbs on folders of files: labels from tables and class folders, lengths from the model,
/// names of what was predicted.
#include <algorithm>

#include "lathe/formats/model_file.h"
#include "tests/cli/arrays.h"
#include "tests/cli/program.h"
#include "tests/cli/sound.h"

namespace lathe {
namespace {

using namespace test;
using nlohmann::json;
namespace fs = std::filesystem;

/// Six recordings of two classes at 64 samples a second, most of them 160 samples long, as the model is.
class FoldersOfClips : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder;
    fs::create_directories(*folder_ / "audio");
    std::string table = "scene\tfilename\n";
    for (int i = 0; i < 6; ++i) {
      const std::string scene = i % 2 == 0 ? "bus" : "tram", name = fmt::format("{}-{}.wav", scene, i);
      fs::create_directories(*folder_ / "classes" / scene);
      const int64_t samples = i == 0 ? 120 : i == 5 ? 200 : 160;
      write_sound(*folder_ / "audio" / name, 0.1F * static_cast<float>(i), samples, 64);
      write_sound(*folder_ / "classes" / scene / name, 0.1F * static_cast<float>(i), samples, 64);
      table += fmt::format("{}\taudio/{}\n", scene, name);
    }
    write_atomic(*folder_ / "list.tsv", table);
    ASSERT_EQ(lathe({"new", "kernel_classifier", "--set", "kernels=2", "--set", "lengths=[8]", "--set", "samples=160",
                     "-o", "m.safetensors"})
                  .code,
              0);
  }
  static void TearDownTestSuite() { delete folder_; }
  static Outcome lathe(const std::vector<std::string>& words) { return lathe_in(folder_->path(), words); }
  static json eval(std::vector<std::string> words) {
    words.insert(words.begin(), {"eval", "m.safetensors", "--resamples", "0", "--metrics", "accuracy", "--json"});
    const Outcome outcome = lathe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.error;
    return outcome.json().at("details").begin().value();
  }
  static void refused(const std::vector<std::string>& words, int code, const std::string& sentence) {
    const Outcome outcome = lathe(words);
    EXPECT_EQ(outcome.error, "lathe: " + sentence + "\n");
    EXPECT_EQ(outcome.code, code);
  }
  static inline ScratchFolder* folder_ = nullptr;
};

TEST_F(FoldersOfClips, ATableNamesFilesAndClasses) {
  const json table =
      eval({"--inputs", ".", "--targets", "list.tsv", "--targets-column", "scene", "--files-column", "filename"});
  EXPECT_EQ(table.at("windows"), 6);
  EXPECT_EQ(table, eval({"--inputs", "audio", "--targets", "{label}-{take}"}));
  EXPECT_EQ(lathe({"finetune", "m.safetensors", "--inputs", ".", "--targets", "list.tsv", "--targets-column", "scene",
                   "--files-column", "filename", "--set", "epochs=1", "-o", "tuned.safetensors"})
                .code,
            0);
  refused({"eval", "m.safetensors", "--inputs", ".", "--files-column", "filename"}, 2,
          "--files-column requires --targets-column; see 'lathe eval --help'");
}

TEST_F(FoldersOfClips, ClassFoldersNeedNoTargets) {
  EXPECT_EQ(eval({"--inputs", "classes"}), eval({"--inputs", "audio", "--targets", "{label}-{take}"}));
  const Outcome none = lathe({"eval", "m.safetensors", "--inputs", "audio"});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.error.find("lathe: --inputs audio: brings no labels; give them with --targets\n"), std::string::npos)
      << none.error;
}

TEST_F(FoldersOfClips, ClipsAreAsLongAsTheModelWantsThem) {
  const Outcome outcome = lathe({"predict", "m.safetensors", "audio", "-o", "p.npy"});
  const std::string where = (*folder_ / "audio").string();
  EXPECT_EQ(outcome.error, where +
                               ": of 6 clips 1 padded with zeros and 1 cut to 160 samples\n"
                               "audio: 160 samples (2.5 s) is the length that the model takes; --clip-seconds sets "
                               "another\n");
  EXPECT_EQ(outcome.out, "p.npy: [6, 3]\np.files.csv: the file of each row\n");
}

TEST_F(FoldersOfClips, PredictionsSayTheirFilesAndLookAtNoLabels) {
  fs::create_directories(*folder_ / "mixed" / "nobody-knows");
  write_sound(*folder_ / "mixed" / "nobody-knows" / "b.wav", 0.5F, 160, 64);
  write_sound(*folder_ / "mixed" / "a, loose.wav", 0.1F, 160, 64);
  const json said = lathe({"predict", "m.safetensors", "mixed", "-o", "mixed.npy", "--json"}).json();
  EXPECT_EQ(said.at("files"), json({"a, loose.wav", "nobody-knows/b.wav"}));
  const std::vector<float> p = read_array<float>(*folder_ / "mixed.npy");
  const auto best = [&](size_t row) { return std::max_element(&p[3 * row], &p[3 * row] + 3) - &p[3 * row]; };
  EXPECT_EQ(read_text(*folder_ / "mixed.files.csv"),
            fmt::format("row,file,class\n0,\"a, loose.wav\",{}\n1,nobody-knows/b.wav,{}\n", best(0), best(1)));
}

TEST_F(FoldersOfClips, AModelOfRecordingsTakesNoImages) {
  write_array<float>(*folder_ / "cat.npy", "<f4", {1, 3, 4, 5}, std::vector<float>(60, 0.5F));
  refused({"predict", "m.safetensors", "cat.npy", "-o", "q.npy"}, 3,
          "cat.npy: holds images [3, 4, 5] (the model takes recordings [1, 160])");
}

TEST(FoldersOfRecordings, AreCutAsTheOptionsSay) {
  const ScratchFolder folder;
  fs::create_directories(folder / "wrist");
  for (const char* name : {"sit_ann", "walk_ann", "sit_bob", "walk_bob"}) {
    std::string text;
    for (int i = 0; i < (std::string(name).ends_with("ann") ? 20 : 5); ++i)
      text += fmt::format("{} {}\n", i * 7 % 11, i);
    write_atomic(folder / "wrist" / fmt::format("{}.txt", name), text);
  }
  const auto lathe = [&](const std::vector<std::string>& words) { return lathe_in(folder.path(), words); };
  ASSERT_EQ(lathe({"new", "kernel_classifier", "--set", "kernels=2", "--set", "lengths=[4]", "--set", "samples=8",
                   "--set", "classes=2", "-o", "m.safetensors"})
                .code,
            0);
  const std::vector<std::string> eval = {
      "eval",      "m.safetensors", "--inputs",    "wrist",    "--targets", "{label}_{who}", "--groups",
      "{who}",     "--columns",     "1",           "--window", "8",         "--rate",        "64",
      "--metrics", "accuracy",      "--resamples", "0",        "--json",    "--reading"};
  const auto with = [&](const std::string& reading) {
    std::vector<std::string> words = eval;
    words.push_back(reading);
    return lathe(words);
  };
  const Outcome dropped = with("short=drop");
  EXPECT_EQ(dropped.code, 0) << dropped.error;
  EXPECT_EQ(dropped.json().at("details").begin().value().at("windows"), 4);
  EXPECT_NE(
      dropped.error.find("2 of 4 recordings are shorter than a window of 8 samples (0.125 s) and left out: sit 1, "
                         "walk 1"),
      std::string::npos)
      << dropped.error;
  const Outcome slip = with("unid=g");
  EXPECT_EQ(slip.code, 2);
  EXPECT_TRUE(slip.error.starts_with("lathe: --reading unid=g: unknown key 'unid'; known: corrupt, exclude, gain, "))
      << slip.error;
  EXPECT_EQ(with("exclude=[\"*\"]").code, 3);
  const Outcome predicted = lathe({"predict", "m.safetensors", "wrist", "--columns", "1", "--window", "8", "--reading",
                                   "rate_hz=64", "--reading", "short=edge", "-o", "p.npy"});
  EXPECT_EQ(predicted.code, 0) << predicted.error;
  const Outcome uncut = lathe({"predict", "m.safetensors", "wrist", "--columns", "1", "-o", "p.npy"});
  EXPECT_NE(uncut.error.find("--window, or window_samples, cuts them into windows"), std::string::npos) << uncut.error;
}

/// A model for 30 samples a second takes recordings at 60: from a folder or one file, each comes out at its own rate.
TEST(RecordingsAtAnotherRate, AreBroughtToTheModelsRate) {
  const ScratchFolder folder;
  fs::create_directories(folder / "wrist");
  fs::create_directories(folder / "more");
  std::string text;
  for (int i = 0; i < 79; ++i) text += fmt::format("{} {} {}\n", i * 7 % 11, i, i % 5);
  write_atomic(folder / "wrist" / "walk_ann.txt", text);
  write_atomic(folder / "more" / "walk_ann.txt", text);
  write_atomic(folder / "more" / "sit_ann.txt", text);
  const auto lathe = [&](const std::vector<std::string>& words) { return lathe_in(folder.path(), words); };
  ASSERT_EQ(lathe({"new", "conv1d", "--set", "in_channels=3", "--set", "samples=40", "--set", "hidden=4", "--set",
                   "n_classes=2", "-o", "m.safetensors"})
                .code,
            0);
  Model model = load_model(folder / "m.safetensors");
  model.preprocessing.rate_hz = 30;
  save_model(folder / "m.safetensors", model);
  const auto predicted = [&](const char* input, const char* out) {
    const Outcome outcome =
        lathe({"predict", "m.safetensors", input, "--window", "40", "--reading", "rate_hz=60", "-o", out});
    EXPECT_EQ(outcome.code, 0) << outcome.error;
    return read_array<float>(folder / out);
  };
  EXPECT_EQ(predicted("wrist", "a.npy"), predicted("wrist/walk_ann.txt", "b.npy"));
  const Outcome evaluated = lathe({"eval", "m.safetensors", "--inputs", "more", "--targets", "{label}_{who}",
                                   "--window", "40", "--rate", "60", "--resamples", "0", "--json"});
  EXPECT_EQ(evaluated.code, 0) << evaluated.error;
  write_array<float>(folder / "x.npy", "<f4", {1, 3, 40}, std::vector<float>(120, 0.5F));
  const Outcome windows = lathe({"predict", "m.safetensors", "x.npy", "--reading", "rate_hz=60", "-o", "c.npy"});
  EXPECT_EQ(windows.code, 3);
  EXPECT_NE(windows.error.find("x.npy: has 60 samples a second (the model was trained on 30); resample"),
            std::string::npos)
      << windows.error;
}

TEST(AxesThatAreSwapped, AreNamedWithTheLayout) {
  const ScratchFolder folder;
  write_array(folder / "x.npy", "<f4", {2, 30, 1}, std::vector<float>(60));
  ASSERT_EQ(lathe_in(folder.path(),
                     {"new", "kernel_classifier", "--set", "lengths=[4]", "--set", "samples=30", "-o", "m.safetensors"})
                .code,
            0);
  EXPECT_EQ(lathe_in(folder.path(), {"predict", "m.safetensors", "x.npy", "-o", "p.npy"}).error,
            "lathe: " + (folder / "x.npy").string() +
                ": would be 30 channels of 1 samples; set layout = \"NTC\" where it is 30 samples of 1 channels, "
                "or layout = \"NCT\" where it is not\n");
  EXPECT_EQ(lathe_in(folder.path(), {"predict", "m.safetensors", "x.npy", "--layout", "NCT", "-o", "p.npy"}).error,
            "lathe: x.npy: has 30 channels of 1 samples (the model takes 1 channels): its axes are swapped; give "
            "--layout NTC\n");
  write_array(folder / "right.npy", "<f4", {2, 1, 30}, std::vector<float>(60));
  EXPECT_EQ(lathe_in(folder.path(), {"predict", "m.safetensors", "right.npy", "--layout", "NTC", "-o", "p.npy"}).error,
            "lathe: right.npy: has 30 channels of 1 samples (the model takes 1 channels): its axes are swapped; give "
            "--layout NCT\n");
}

}  // namespace
}  // namespace lathe
