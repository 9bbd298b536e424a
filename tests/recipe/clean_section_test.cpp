/// [[clean]] from the recipe to the model file, on small folders in BioVid's layout.
#include "lathe/recipe/clean_section.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "lathe/data/readers/npy.h"
#include "lathe/recipe/evaluate_section.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/plan.h"
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;
using nlohmann::json;
using Words = std::vector<std::string>;

const std::string kPain = R"([data]
name = "pain"
inputs = "biovid"
targets = "{label}/{subject}_{sex}_{age}-{stimulus}-{index}_bio"
columns = ["gsr"]
groups = "{subject}"
normalize = "none"
split = "holdout"
test_groups = ["071309"]

[[clean]]
kind = "missing"

[[clean]]
kind = "savgol"

[[clean]]
kind = "outliers"

[[clean]]
kind = "minmax"

[[clean]]
kind = "length"
samples = 64

[model]
name = "conv1d"
samples = 64
hidden = 8
n_classes = 3

[train]
epochs = 2
batch = 4

[evaluate]
resamples = 0
report_windows = 1
)";

/// Three levels, three subjects, two stimuli each; recordings of 60 to 62 samples, some with a blank cell. The
/// recordings of the subject that tests are the longest, 64 samples.
class Pain : public testing::Test {
 protected:
  ScratchFolder folder_;
  void SetUp() override {
    for (int level = 0; level < 3; ++level)
      for (const char* subject : {"071309_w_21", "080209_w_26", "091814_m_37"})
        for (int index = 1; index <= 2; ++index)
          write(fmt::format("biovid/{}/{}-PA{}-{:03}_bio.csv", level, subject, level, index),
                text(subject[1] == '7' ? 64 : 60 + level, level, index));
  }
  void write(const std::string& name, const std::string& table) {
    fs::create_directories((folder_ / name).parent_path());
    write_atomic(folder_ / name, table);
  }
  static std::string text(int samples, int level, int index) {
    std::string table = "time\tgsr\tecg\temg_trapezius\temg_corrugator\temg_zygomaticus\n";
    for (int i = 0; i < samples; ++i) {
      const std::string gsr =
          i == 5 ? "" : fmt::format("{:.4f}", 2 + index + level * std::exp(-std::pow(i - 40.0, 2) / 50));
      table += fmt::format("{}\t{}\t0.1\t1\t2\t3\n", i * 1000000LL / 512, gsr);
    }
    return table;
  }
  LoadedData load(const std::string& recipe) {
    const Plan plan = plan_of(parse_toml(recipe, "recipe.toml"), "pain");
    return load_data(plan.data, folder_.path(), true);
  }
  std::string load_error(const std::string& recipe) {
    return error_of([&] { load(recipe); });
  }
};

const std::string kClean = kPain.substr(kPain.find("[[clean]]"), kPain.find("[model]") - kPain.find("[[clean]]"));

std::string with_clean(const std::string& tables) {
  return with_line(kClean, tables, kPain);
}

TEST_F(Pain, ReachesTheModelFileAndWhatPredictsFromIt) {
  const ScratchFolder out;
  const json metrics = run_text(kPain, {.data = folder_.path(), .out = out.path()});
  EXPECT_TRUE(metrics.at("sets").contains("pain"));
  Model model = load_model(out / "model.safetensors");
  EXPECT_EQ(
      cleaning_text(model.preprocessing.cleaning),
      "missing (rule = interpolate), savgol (order = 2, window = 5), outliers (rule = interpolate, z = 3), minmax, "
      "length (samples = 64)");
  EXPECT_EQ(model.preprocessing.rate_hz, 512);
  EXPECT_EQ(model.preprocessing.class_names, (Words{"0", "1", "2"}));
  DataSection others = plan_of(parse_toml(kPain, "recipe.toml"), "pain").data;
  others.cleaning = model.preprocessing.cleaning;
  const Dataset all = load_all(others, folder_.path(), true);
  EXPECT_EQ(all.inputs.sizes(), at::IntArrayRef({18, 1, 64}));
  EXPECT_EQ(predict_probabilities(model, all, false).sizes(), at::IntArrayRef({18, 3}));
}

TEST_F(Pain, TheLongestThatTrainsDecidesTheLength) {
  const LoadedData data = load(with_line("samples = 64\n\n[model]", "\n[model]", kPain));
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({12, 1, 62}));
  EXPECT_EQ(data.test.inputs.sizes(), at::IntArrayRef({6, 1, 62}));
  EXPECT_EQ(cleaning_text(data.test.cleaning), cleaning_text(data.train.cleaning));
  EXPECT_EQ(data.notes, Words{"pain: recordings went through missing (rule = interpolate), savgol (order = 2, window = "
                              "5), outliers (rule = interpolate, z = 3), minmax, length (samples = 62)"});
  EXPECT_EQ(data.train.groups.front(), "080209");
  EXPECT_TRUE(data.train.inputs.isfinite().all().item<bool>());
}

TEST_F(Pain, FilesOfTheirOwnTestThroughTheSameSteps) {
  fs::rename(folder_ / "biovid/2", folder_ / "two");
  fs::create_directories(folder_ / "other");
  for (const char* level : {"0", "1"}) fs::copy(folder_ / "biovid" / level, folder_ / "other" / level);
  const std::string files =
      with_line("split = \"holdout\"\ntest_groups = [\"071309\"]", "split = \"files\"\ntest_inputs = \"other\"", kPain);
  EXPECT_EQ(load(files).test.inputs.sizes(), at::IntArrayRef({12, 1, 64}));
}

TEST_F(Pain, UnequalLengthsNeedAKey) {
  EXPECT_EQ(load_error(with_clean("")),
            (folder_ / "biovid").string() +
                ": recordings have 60 to 64 samples, the shortest is '0/080209_w_26-PA0-001_bio.csv', the longest "
                "'0/071309_w_21-PA0-001_bio.csv' (expected one length); --window, or window_samples, cuts them into "
                "windows; [[clean]] kind = \"length\" cuts and pads all to one");
  EXPECT_EQ(load_error(with_clean("[[clean]]\nkind = \"missing\"\n")),
            "pain: '0/080209_w_26-PA0-001_bio.csv': has 60 samples after cleaning, and "
            "'2/080209_w_26-PA2-001_bio.csv' has 62 (expected one length); end with [[clean]] kind = \"length\"");
}

TEST_F(Pain, WhatNoCleanerFillsIsStillMissing) {
  const std::string length = "[[clean]]\nkind = \"length\"\n";
  EXPECT_EQ(
      load_error(with_clean(length)),
      "pain: inputs hold NaN or infinity (expected finite numbers, got 12 such values in 12 rows, the first in row "
      "0); missing = \"drop\" leaves such rows out");
}

TEST_F(Pain, DamagedFilesAreNamedAndSkippedOnRequest) {
  write("biovid/1/080209_w_26-PA1-009_bio.csv", "time\tgsr\n0\t1,5\n");
  EXPECT_EQ(load_error(kPain),
            (folder_ / "biovid").string() +
                ": 1 of 19 files cannot be read: '1/080209_w_26-PA1-009_bio.csv' (line 2, column 'gsr': cell has a "
                "decimal comma (expected a decimal point, got '1,5')); corrupt = \"skip\" leaves such files out");
  EXPECT_EQ(load(with_line("normalize", "corrupt = \"skip\"\nnormalize", kPain)).train.rows(), 12);
}

TEST_F(Pain, KeysOfOtherFoldersDoNotCount) {
  EXPECT_EQ(load_error(with_line("normalize", "clip_samples = 5\nnormalize", kPain)),
            "biovid: 'clip_samples' has no effect on a folder of tables; it counts with recordings");
  EXPECT_EQ(load_error(with_line("normalize", "channels = 1\nnormalize", kPain)),
            "biovid: 'channels' has no effect on a folder of tables; it counts with images and recordings; 'columns' "
            "chooses here");
}

TEST(CleanSection, MistakesAreSaidWhereTheyAre) {
  const auto refusal = [](const std::string& tables) {
    return error_of([&] { clean_section(parse_toml(tables, "r.toml"), {}); });
  };
  EXPECT_EQ(refusal("[[clean]]\nkind = \"savgoll\""),
            "r.toml:2: unknown cleaner 'savgoll'; known: length, minmax, missing, outliers, savgol (did you mean "
            "'savgol'?)");
  EXPECT_EQ(refusal("[[clean]]\nkind = \"savgol\"\nsamples = 3"),
            "r.toml:3: 'samples' has no effect with the cleaner 'savgol'; it counts with length");
  EXPECT_EQ(refusal("[[clean]]\nkind = \"savgol\"\nwindow = 4"),
            "r.toml:2: cleaner 'savgol': window is 4 (expected an odd number of samples)");
  EXPECT_EQ(refusal("[[clean]]\nkind = \"outliers\"\nrule = \"comp\""),
            "r.toml:2: cleaner 'outliers': unknown rule 'comp'; known: compat, interpolate (did you mean "
            "'compat'?)");
}

TEST(CleanSection, AModelsOwnCleaningCounts) {
  const Cleaning trained = {resolve_cleaner({"savgol", {}}), resolve_cleaner({"length", {{"samples", 64.0}}})};
  const auto read = [&](const std::string& tables) { return clean_section(parse_toml(tables, "r.toml"), trained); };
  EXPECT_EQ(read(""), trained);
  EXPECT_EQ(read("[[clean]]\nkind = \"savgol\"\n[[clean]]\nkind = \"length\""), trained);
  EXPECT_EQ(error_of([&] { read("[[clean]]\nkind = \"savgol\"\norder = 3\n[[clean]]\nkind = \"length\""); }),
            "r.toml:2: [[clean]] is savgol (order = 3, window = 5), length (samples = 64) (the model was trained with "
            "savgol (order = 2, window = 5), length (samples = 64)); leave it out, or train anew");
}

TEST(CleanSection, SimulatedSkinConductanceNeedsIt) {
  const auto load = [](const std::string& more) {
    DataSection section = data_section(parse_toml(
        "simulator = \"electrodermal\"\nsimulator_windows = 100\nsplit = \"grouped\"\nfolds = 5\n" + more, "r.toml"));
    if (more.empty()) section.cleaning = {resolve_cleaner({"missing", {}})};
    return load_data(section, ".", true);
  };
  EXPECT_EQ(load("").train.rows(), 80);
  EXPECT_EQ(load("missing = \"drop\"").dropped, 2);
  EXPECT_EQ(
      error_of([&] { load("missing = \"refuse\""); }),
      "data: inputs hold NaN or infinity (expected finite numbers, got 32 such values in 2 rows, the first in row "
      "28); missing = \"drop\" leaves such rows out");
}

}  // namespace
}  // namespace lathe
