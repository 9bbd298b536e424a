/// Recipes with [features] and [augment]: the cache, the model file, resuming, and slips.
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <fstream>

#include "lathe/data/readers/npy.h"
#include "lathe/recipe/evaluate_section.h"
#include "lathe/recipe/feature_cache.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;
using nlohmann::json;

const std::string kAugment = R"(
[augment.time_roll]
most_samples = 100
[augment.time_mask]
most = 5
[augment.mixstyle]
chance = 0.7
[augment.mixup]
alpha = 0.3
)";

/// 24 recordings of 2,161 samples: 500 Hz or 1,500 Hz in noise. 28 frames of 28 bands.
class Features : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::vector<std::string> said_;

  void SetUp() override {
    at::set_num_threads(1);
    at::manual_seed(0);
    const at::Tensor classes = at::arange(24).remainder(2);
    const at::Tensor pitch = (classes * 2 + 1).to(at::kFloat).reshape({24, 1, 1}) * (2 * M_PI * 500 / 8000);
    write_npy(folder_ / "x.npy", (pitch * at::arange(2161)).sin() + at::randn({24, 1, 2161}) * 0.3);
    write_npy(folder_ / "y.npy", classes);
  }
  json run(const std::string& text, const std::string& out, RunRecipeOptions options = {}) {
    options.data = folder_.path();
    options.out = folder_ / out;
    options.cache = folder_ / "cache";
    options.say = [&](const std::string& sentence) { said_.push_back(sentence); };
    return run_text(text, options);
  }
  std::string error_with(const std::string& text) {
    return error_of([&] { run(text, "refused"); });
  }
  std::vector<fs::path> cached(const std::string& ending) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache/features"))
      if (entry.path().extension() == ending) found.push_back(entry.path());
    return found;
  }
};

TEST_F(Features, TheModelLearnsFromThemAndCarriesTheFrontEnd) {
  const json metrics = run(with_line("epochs = 3", "epochs = 20", kTones), "run");
  EXPECT_EQ(metrics.at("sets").at("tones").at("macro_f1"), 1.0);
  const Model model = load_model(folder_ / "run/model.safetensors");
  EXPECT_EQ(model.preprocessing.front_end.kind, "log_mel");
  EXPECT_EQ(model.preprocessing.front_end.settings.at("n_mels"), 28);
  EXPECT_EQ(model.preprocessing.front_end.settings.at("fmax"), 4000);
  // From raw recordings the model says what it says from features.
  Dataset raw;
  raw.inputs = open_npy(folder_ / "x.npy").values;
  raw.targets = open_npy(folder_ / "y.npy").values;
  raw.rate_hz = 8000;
  const Dataset features = with_features(model.preprocessing, raw, {});
  EXPECT_EQ(features.inputs.sizes(), (std::vector<int64_t>{24, 1, 28, 28}));
  EXPECT_LE((predict_probabilities(model, raw) - predict_probabilities(model, features)).abs().max().item<double>(),
            1e-6);
}

TEST_F(Features, AreComputedOnceForTheSameRecordingsAndSettings) {
  run(kTones, "one");
  ASSERT_EQ(cached(".f32").size(), 2U);  // of the rows to train and of those to test
  const auto written = fs::last_write_time(cached(".f32")[0]);
  run(kTones, "two");
  EXPECT_EQ(cached(".f32").size(), 2U);
  EXPECT_EQ(fs::last_write_time(cached(".f32")[0]), written);
  EXPECT_EQ(read_text(folder_ / "one/model.safetensors"), read_text(folder_ / "two/model.safetensors"));
  run(with_line("fmin = 0", "", with_line("n_fft = 512", "n_fft = 512\nfmin = 0", kTones)), "three");
  EXPECT_EQ(cached(".f32").size(), 2U);
  run(with_line("n_fft = 512", "n_fft = 512\nfmin = 50", kTones), "four");
  EXPECT_EQ(cached(".f32").size(), 4U);
}

TEST_F(Features, ADamagedFileIsComputedAnew) {
  run(kTones, "one");
  const fs::path numbers = cached(".f32")[0], note = cached(".json")[1];
  std::fstream(numbers, std::ios::in | std::ios::out | std::ios::binary).seekp(100).put('\x42');
  write_atomic(note, "{");
  said_.clear();
  run(kTones, "two");
  EXPECT_NE(std::find(said_.begin(), said_.end(),
                      numbers.string() + ": is damaged (its numbers are not those written); computed anew"),
            said_.end());
  if (note.stem() != numbers.stem()) {
    EXPECT_NE(std::find(said_.begin(), said_.end(), note.string() + ": is no note of features; computed anew"),
              said_.end());
  }
  EXPECT_EQ(read_text(folder_ / "one/model.safetensors"), read_text(folder_ / "two/model.safetensors"));
}

TEST_F(Features, WithAugmentationAnInterruptedRunGoesOnToTheSameBytes) {
  run(kTones + kAugment, "whole");
  int steps = 0;
  EXPECT_EQ(error_of([&] { run(kTones + kAugment, "stopped", {.stop_requested = [&] { return ++steps == 4; }}); }),
            "train: interrupted after step 4 of 9; go on with --resume");
  run(kTones + kAugment, "stopped", {.resume = true});
  EXPECT_EQ(read_text(folder_ / "whole/model.safetensors"), read_text(folder_ / "stopped/model.safetensors"));
  run(kTones, "plain");
  EXPECT_NE(read_text(folder_ / "whole/model.safetensors"), read_text(folder_ / "plain/model.safetensors"));
}

TEST_F(Features, AnInterruptionLeavesNoHalfOfThem) {
  EXPECT_EQ(error_of([&] { run(kTones, "stopped", {.stop_requested = [] { return true; }}); }),
            "features: interrupted after 0 of 18 rows; nothing was kept");
  EXPECT_EQ(cached(".f32").size() + cached(".json").size(), 0U);
  run(kTones, "stopped", {.resume = true});
}

TEST_F(Features, EvaluationIsNotAugmented) {
  const json augmented = run(kTones + kAugment, "run");
  const Model model = load_model(folder_ / "run/model.safetensors");
  Dataset raw;
  raw.inputs = open_npy(folder_ / "x.npy").values;
  raw.targets = open_npy(folder_ / "y.npy").values;
  raw.rate_hz = 8000;
  const std::vector<int64_t> test = {0, 1, 2, 3, 4, 5};  // fold 0 of 4
  EXPECT_EQ(metric("macro_f1", scores_of(model, raw.select(test), "window")),
            augmented.at("sets").at("tones").at("macro_f1"));
}

TEST_F(Features, OfAnotherShapeThanTheModelWants) {
  EXPECT_EQ(error_with(with_line("n_mels = 28", "n_mels = 30", kTones)),
            "tones: features are [1, 1, 30, 28] (the model expects [1, 1, 28, 28]); see [features]");
}

TEST_F(Features, Slips) {
  EXPECT_EQ(error_with(with_line("kind = \"log_mel\"", "kind = \"logmel\"", kTones)),
            "recipe.toml:8: unknown front end 'logmel'; known: log_mel, none (did you mean 'log_mel'?)");
  EXPECT_EQ(error_with(with_line("n_mels = 28", "mels = 28", kTones)),
            "recipe.toml:9: unknown key 'mels'; known: fmax, fmin, hop_length, kind, n_fft, n_mels, preemphasis, "
            "win_length (did you mean 'n_mels'?)");
  EXPECT_EQ(error_with(with_line("kind = \"log_mel\"", "kind = \"none\"", kTones)),
            "recipe.toml:11: 'hop_length' has no effect with the front end 'none'; it counts with log_mel");
  EXPECT_EQ(error_with(with_line("rate_hz = 8000", "", kTones)),
            "recipe.toml:7: the recordings' samples a second are not known; give [data] rate_hz");
  const auto with = [&](const std::string& key) {
    return error_with(with_line("n_fft = 512", "n_fft = 512\n" + key, kTones));
  };
  EXPECT_EQ(with("fmax = nan"),
            "recipe.toml:7: front end 'log_mel': fmax is nan (expected more than fmin, 0 Hz; or 0: half the rate)");
  EXPECT_EQ(with("fmax = -5"),
            "recipe.toml:7: front end 'log_mel': fmax is -5 (expected more than fmin, 0 Hz; or 0: half the rate)");
  EXPECT_EQ(with("fmax = inf"),
            "recipe.toml:7: front end 'log_mel': fmax is inf (expected more than fmin, 0 Hz; or 0: half the rate)");
  EXPECT_EQ(with("fmin = nan"), "recipe.toml:7: front end 'log_mel': fmin is nan (expected 0 Hz or more)");
  EXPECT_EQ(with("preemphasis = nan"), "recipe.toml:7: front end 'log_mel': preemphasis is nan (expected 0 to 1)");
  EXPECT_EQ(error_with(with_line("n_fft = 512", "n_fft = 128", kTones)),
            "recipe.toml:7: front end 'log_mel': spectrogram: win_length is 200 (expected 1 to n_fft, 128)");
}

TEST_F(Features, AModelFromAFileKeepsItsFrontEnd) {
  run(kTones, "run");
  const std::string network = "name = \"lenet\"\nheight = 28\nwidth = 28\nn_classes = 2";
  const std::string file =
      with_line(network, "file = \"" + (folder_ / "run/model.safetensors").string() + "\"", kTones);
  const std::string section =
      "[features]\nkind = \"log_mel\"\nn_mels = 28\nwin_length = 200\nhop_length = 80\nn_fft = 512\n";
  run(with_line(section, "", file), "more");
  EXPECT_EQ(load_model(folder_ / "more/model.safetensors").preprocessing,
            load_model(folder_ / "run/model.safetensors").preprocessing);
  EXPECT_EQ(error_with(with_line("n_mels = 28", "n_mels = 64", file)),
            "recipe.toml:9: 'n_mels' is 64 (the model was trained with 28); leave it out, or train anew");
  EXPECT_EQ(error_with(with_line(section, "[features]\nkind = \"none\"\n", file)),
            "recipe.toml:8: 'kind' is none (the model was trained with log_mel); leave it out, or train anew");
  EXPECT_EQ(error_with(with_line("rate_hz = 8000", "rate_hz = 8000\nnormalize = \"none\"", file)),
            "recipe.toml:6: 'normalize' is none (the model was trained with zscore); leave it out, or train anew");
  EXPECT_EQ(error_with(with_line("rate_hz = 8000", "rate_hz = 16000", file)),
            "tones: recordings have 16000 samples a second (the model's front end was trained on 8000); set [data] "
            "rate_hz = 8000");
}

TEST_F(Features, SlipsInAugmentation) {
  EXPECT_EQ(
      error_with(kTones + "[augment.mixupp]\nalpha = 1\n"),
      "recipe.toml:26: unknown augmentation 'mixupp'; known: axis_swap, crop, flip, frequency_mask, mixstyle, mixup, rotation, time_mask, "
      "time_roll (did you mean 'mixup'?)");
  EXPECT_EQ(error_with(kTones + "[augment.mixup]\nalfa = 1\n"),
            "recipe.toml:27: unknown key 'alfa'; known: alpha (did you mean 'alpha'?)");
  EXPECT_EQ(error_with(kTones + "[augment.flip]\n"),
            "recipe.toml:26: augmentation 'flip': mirrors images (expected rows [C, H, W], got features [1, 28, 28])");
}

TEST(FeaturesOfSegments, AreRefused) {
  EXPECT_EQ(
      std::string(error_of_run(kSmallRecipe + "[features]\nkind = \"log_mel\"\n").what()),
      "recipe.toml:24: 'kernel_segmenter' gives no label a sample, for its frames are not samples (expected a model "
      "that classifies with [features])");
}

TEST(AugmentedSignals, ALabelledSignalIsRolledAndMixed) {
  const ScratchFolder folder;
  const json metrics =
      run_text(kSmallRecipe + "[augment.time_roll]\nmost_samples = 500\n[augment.mixup]\n", {.out = folder.path()});
  EXPECT_TRUE(metrics.at("sets").contains("small"));
}

}  // namespace
}  // namespace lathe
