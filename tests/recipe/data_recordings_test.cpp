/// [data] of recordings that become windows, of arrays with words beside them, and what cannot be said of either.
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>

#include <map>
#include <set>

#include "lathe/base/files.h"
#include "lathe/data/readers/npy.h"
#include "lathe/recipe/data_section.h"
#include "lathe/recipe/toml.h"
#include "tests/data/npy_bytes.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using Words = std::vector<std::string>;

DataSection section_of(const std::string& text) {
  return data_section(parse_toml(text, "r.toml"));
}

class DataRecordings : public testing::Test {
 protected:
  ScratchFolder folder_;
  LoadedData load(const std::string& text, bool classification = true) {
    return load_data(section_of(text), folder_.path(), classification);
  }
  std::string error(const std::string& text, bool classification = true) {
    return error_of([&] { load(text, classification); });
  }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_atomic(folder_ / name, text);
  }
  /// adl/CLASS/rec-DATE-class-SUBJECT.txt: three columns that count up from 0, 12 samples each.
  void write_adl() {
    for (const char* name : {"Walk", "Walk_MODEL", "Sit", "Eat"})
      for (const char* subject : {"f1", "m1", "m2"}) {
        std::string text;
        for (int i = 0; i < 12; ++i) text += fmt::format("{} {} {}\r\n", i, i + 1, i + 2);
        write(fmt::format("adl/{}/rec-2011-03-{}-{}.txt", name, name, subject), text);
      }
    write("adl/README.txt", "read me first\n");
  }
};

const std::string kAdl =
    "inputs = \"adl\"\ntargets = \"{label}/rec-{}-{}-{}-{subject}\"\ngroups = \"{subject}\"\nrate_hz = 4\n"
    "window_seconds = 1.5\nexclude = [\"*_MODEL*\", \"Eat/*\", \"README.txt\", \"Drink/*\"]\n";

TEST_F(DataRecordings, ClassesComeFromFoldersAndSubjectsFromNames) {
  write_adl();
  const LoadedData data = load(kAdl +
                               "gain = 0.5\noffset = 1\nunit = \"mg\"\nsplit = \"holdout\"\n"
                               "test_groups = [\"f1\"]");
  EXPECT_EQ(data.train.class_names, (Words{"Sit", "Walk"}));
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({8, 3, 6}));
  EXPECT_EQ(data.test.groups, (Words{"f1", "f1", "f1", "f1"}));
  EXPECT_TRUE(at::equal(data.test.targets, at::tensor({0, 0, 1, 1}, at::kLong)));
  EXPECT_TRUE(at::equal(data.test.times, at::tensor({0.0, 1.5, 0.0, 1.5}, at::kDouble)));
  EXPECT_EQ(data.train.rate_hz, 4);
  EXPECT_NEAR(data.train.inputs[1][2][0].item<double>(), (8 * 0.5 + 1) / 1000, 1e-9);
  EXPECT_EQ(data.notes, Words{"adl: left out: 3 files as '*_MODEL*', 3 files as 'Eat/*', 1 file as 'README.txt', none "
                              "as 'Drink/*'"});
}

TEST_F(DataRecordings, WhatIsNotLeftOutMustFit) {
  write_adl();
  EXPECT_EQ(error("inputs = \"adl\"\nwindow_samples = 6"),
            (folder_ / "adl").string() +
                ": 'README.txt' lies beside the class folders (expected every file in the folder of its class); "
                "'exclude' leaves files out");
  EXPECT_EQ(error("inputs = \"adl\"\nwindow_samples = 6\ntargets = \"{label}/rec-{}-{}-{}-{subject}\""),
            (folder_ / "adl").string() +
                ": 1 of 13 names do not match '{label}/rec-{}-{}-{}-{subject}', the first is 'README.txt'; 'exclude' "
                "leaves files out");
  EXPECT_EQ(error("inputs = \"adl\"\nwindow_samples = 6\nexclude = [\"*\"]"),
            (folder_ / "adl").string() +
                ": holds no image, no recording and no table (expected .png .jpg .jpeg .wav .flac .ogg .csv .tsv .txt, "
                "got 0 other files and 13 that 'exclude' leaves out)");
}

TEST_F(DataRecordings, LabelsMayStandBesideTheSamples) {
  std::string text = "time,x,y,what\n";
  for (int i = 0; i < 16; ++i) text += fmt::format("{},{},0,{}\n", i * 0.5, i, i < 6 ? "sit" : "walk");
  write("days/ann_1.csv", text);
  write("days/bob_1.csv", text);
  const std::string days = "inputs = \"days\"\nlabels_column = \"what\"\nwindow_samples = 4\n";
  const LoadedData data =
      load(days + "targets = \"{subject}_{}\"\ngroups = \"{subject}\"\nsplit = \"holdout\"\ntest_groups = [\"bob\"]");
  EXPECT_EQ(data.train.class_names, (Words{"sit", "walk"}));
  EXPECT_TRUE(at::equal(data.test.targets, at::tensor({0, 0, 1, 1}, at::kLong)));  // a draw is the first class
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({4, 2, 4}));
  EXPECT_EQ(data.train.rate_hz, 2);
  EXPECT_EQ(load(days + "groups = \"{file}\"\nlabel_rule = \"threshold\"\nlabel_threshold = 0.6\nsplit = \"none\"")
                .train.rows(),
            6);
  EXPECT_EQ(error(days + "class_names = [\"sit\", \"stand\"]\nsplit = \"none\""),
            "days: unknown class 'walk'; known: sit, stand");
  EXPECT_EQ(error(days + "targets = \"{label}_{}\"\nsplit = \"none\""),
            "days: both 'targets' and 'labels_column' say what class a row has; leave one of them out");
  EXPECT_EQ(error(days + "split = \"none\"", false),
            "days: 'labels_column' makes a class a window (expected a model of classes, got one of labels a sample)");
}

TEST_F(DataRecordings, OneTableMayBeARecording) {
  write("day.csv", "time,x,what,who\n0,1,a,ann\n1,2,a,ann\n2,3,b,ann\n3,4,b,bob\n4,5,b,bob\n5,6,a,bob\n");
  const LoadedData data = load(
      "inputs = \"day.csv\"\nlabels_column = \"what\"\ngroups_column = \"who\"\nwindow_samples = 2\nsplit = \"none\"");
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({2, 1, 2}));
  EXPECT_EQ(data.train.groups, (Words{"ann", "bob"}));
}

TEST_F(DataRecordings, ArraysMayBringWordsAndDates) {
  write_npy(folder_ / "X.npy", at::arange(4 * 30 * 3).to(at::kFloat).reshape({4, 30, 3}));
  write("Y.npy", npy_bytes("<U5", "4,", utf32({"sleep", "light", "sleep", "light"}, 5)));
  write("pid.npy", npy_bytes("|S4", "4,", "P001P001P002P002"));
  write("T.npy", npy_bytes("<M8[ns]", "4,", int64s({0, 30'000'000'000, 0, 30'000'000'000})));
  const std::string arrays = "inputs = \"X.npy\"\ntargets = \"Y.npy\"\ngroups = \"pid.npy\"\ntimes = \"T.npy\"\n";
  const LoadedData data = load(arrays + "layout = \"NTC\"\nsplit = \"holdout\"\ntest_groups = [\"P002\"]");
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({2, 3, 30}));
  EXPECT_EQ(data.train.class_names, (Words{"light", "sleep"}));
  EXPECT_TRUE(at::equal(data.test.targets, at::tensor({1, 0}, at::kLong)));
  EXPECT_TRUE(at::equal(data.test.times, at::tensor({0.0, 30.0}, at::kDouble)));
  EXPECT_EQ(data.test.groups, (Words{"P002", "P002"}));
  EXPECT_EQ(error(arrays + "split = \"none\""),
            "X.npy: would be 30 channels of 3 samples; set layout = \"NTC\" where it is 30 samples of 3 channels, or "
            "layout = \"NCT\" where it is not");
  EXPECT_EQ(error(arrays + "layout = \"NTC\"\nclass_names = [\"light\", \"moderate\"]\nsplit = \"none\""),
            "Y.npy: unknown class 'sleep'; known: light, moderate");
  EXPECT_EQ(error(arrays + "layout = \"NTC\"\nsplit = \"grouped\"\nfolds = 3"),
            "data: split: fold 0 of 3 is empty (expected at least one group a fold, got 2 groups)");
  write("pid.npy", npy_bytes("|S4", "4,", std::string("P001P001\0\0\0\0P002", 16)));
  EXPECT_EQ(error(arrays + "layout = \"NTC\"\nsplit = \"none\""), "pid.npy: row 2 has no group (expected a name)");
  write("pid.npy", npy_bytes("|S4", "3,", "P001P001P002"));
  EXPECT_EQ(error(arrays + "layout = \"NTC\"\nsplit = \"none\""),
            "data: groups and inputs disagree (expected 4 groups, one a row, got 3)");
  write("T.npy", npy_bytes("<M8[ns]", "1,", int64s({0})));
  EXPECT_EQ(error(arrays + "layout = \"NTC\"\nsplit = \"none\""), "T.npy: has shape [1] (expected [4], a time a row)");
}

TEST_F(DataRecordings, OneRecordingOfAnArrayIsCutBySecondsAndThreshold) {
  write_npy(folder_ / "x.npy", at::rand({12}));
  write_npy(folder_ / "y.npy", at::tensor({0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0}, at::kLong));
  const std::string one = "inputs = \"x.npy\"\ntargets = \"y.npy\"\nrate_hz = 2\nsplit = \"none\"\n";
  const LoadedData data = load(one + "window_seconds = 2\nlabel_rule = \"threshold\"\nlabel_threshold = 0.5");
  EXPECT_TRUE(at::equal(data.train.targets, at::tensor({0, 1, 0}, at::kLong)));
  EXPECT_EQ(error(one + "window_seconds = 1.7"),
            "x.npy: window_seconds is 1.7, which is 3.4 samples at 2 a second (expected a whole number); the nearest "
            "are 1.5 and 2 s at this rate, or 1.76471 and 2.35294 samples a second");
}

TEST(DataRecordingKeys, ThatCannotBeAreNamedWithTheirLine) {
  const auto error = [](const std::string& text) { return error_of([&] { section_of("inputs = \"adl\"\n" + text); }); };
  const std::string window = "window_seconds = 5\n";
  EXPECT_EQ(error("gain = 2"), "r.toml:2: 'gain' has no effect without 'window_samples' or 'window_seconds'");
  EXPECT_EQ(error(window + "window_samples = 5"),
            "r.toml:2: 'window_seconds' has no effect where 'window_samples' says the same; leave one of them out");
  EXPECT_EQ(error(window + "resample = \"fft\""), "r.toml:3: 'resample' has no effect without 'resample_hz'");
  EXPECT_EQ(error(window + "label_threshold = 0.7"),
            "r.toml:3: 'label_threshold' has no effect without label_rule = \"threshold\"");
  EXPECT_EQ(error(window + "label_rule = \"threshold\""),
            "r.toml:3: label_rule = \"threshold\" needs 'label_threshold', the part of a window's samples");
  EXPECT_EQ(error(window + "unit = \"kg\""), "r.toml:3: unknown unit 'kg'; known: g, m/s2, mg (did you mean 'g'?)");
  EXPECT_EQ(error(window + "short = \"pad\""), "r.toml:3: unknown short 'pad'; known: drop, edge, refuse, wrap, zero");
  EXPECT_EQ(error("window_seconds = 0"), "r.toml:2: 'window_seconds' is 0 (expected more than 0, at most 86400)");
  EXPECT_EQ(error_of([] { section_of("inputs = \"x.npy\"\nwindow_samples = 5\nresample_hz = 30"); }),
            "r.toml:3: 'resample_hz' has no effect on 'x.npy'; it counts with tables of samples (.csv, .tsv, .txt)");
  EXPECT_EQ(error_of([] { section_of("inputs = \"x.csv\"\nexclude = [\"a\"]"); }),
            "r.toml:2: 'exclude' has no effect on 'x.csv', which is one file; it counts with folders");
}

TEST(RealRecordings, WristActivitiesAreCutBySubject) {
  LATHE_NEEDS_REAL_DATA(folder, "adl-wrist");
  const LoadedData data = load_data(
      section_of("inputs = \"HMP_Dataset\"\ntargets = \"{label}/Accelerometer-{}-{}-{}-{}-{}-{}-{}-{subject}\"\n"
                 "groups = \"{subject}\"\nexclude = [\"*_MODEL*\", \"Eat_meat/*\", \"Eat_soup/*\", \"MANUAL.txt\", "
                 "\"README.txt\"]\nrate_hz = 32\nresample_hz = 30\nwindow_seconds = 5\nshort = \"drop\"\n"
                 "gain = 0.047619047619047616\noffset = -1.5\nunit = \"g\"\nsplit = \"none\""),
      folder, true);
  std::map<std::string, int64_t> classes, subjects;
  for (int64_t row = 0; row < data.train.rows(); ++row) {
    ++classes[data.train.class_names[static_cast<size_t>(data.train.targets[row].item<int64_t>())]];
    ++subjects[data.train.groups[static_cast<size_t>(row)]];
  }
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({2150, 3, 150}));
  EXPECT_EQ(classes, (std::map<std::string, int64_t>{{"Brush_teeth", 179},
                                                     {"Climb_stairs", 196},
                                                     {"Comb_hair", 133},
                                                     {"Descend_stairs", 76},
                                                     {"Drink_glass", 216},
                                                     {"Getup_bed", 237},
                                                     {"Liedown_bed", 55},
                                                     {"Pour_water", 214},
                                                     {"Sitdown_chair", 105},
                                                     {"Standup_chair", 121},
                                                     {"Use_telephone", 89},
                                                     {"Walk", 529}}));
  EXPECT_EQ(subjects, (std::map<std::string, int64_t>{{"f1", 926},
                                                      {"f2", 103},
                                                      {"f3", 64},
                                                      {"f4", 176},
                                                      {"f5", 21},
                                                      {"m1", 239},
                                                      {"m10", 19},
                                                      {"m11", 17},
                                                      {"m2", 153},
                                                      {"m3", 92},
                                                      {"m4", 69},
                                                      {"m5", 87},
                                                      {"m6", 86},
                                                      {"m7", 77},
                                                      {"m8", 5},
                                                      {"m9", 16}}));
  EXPECT_NEAR(data.train.inputs.sum(at::kDouble).item<double>(), 129134.15008127515, 1e-2);  // NumPy's
  EXPECT_NEAR(data.train.inputs[2149][2][149].item<double>(), 0.2111111111, 1e-6);
  EXPECT_EQ(data.notes.at(1), (folder / "HMP_Dataset").string() +
                                  ": 30 of 831 recordings are shorter than a window of 150 samples (5 s) and left out: "
                                  "Sitdown_chair 21, Standup_chair 8, Descend_stairs 1");
}

}  // namespace
}  // namespace lathe
