/// [data] of folders of files: classes, groups and splits from folders, names and tables, and what cannot be.
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <set>

#include "lathe/base/files.h"
#include "lathe/data/readers/npy.h"
#include "lathe/recipe/data_section.h"
#include "lathe/recipe/toml.h"
#include "tests/data/made_files.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using Words = std::vector<std::string>;

DataSection section_of(const std::string& text) {
  return data_section(parse_toml(text, "r.toml"));
}

class DataFileSets : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string here(const std::string& name) const { return (folder_ / name).string(); }
  LoadedData load(const std::string& text, bool classification = true) {
    return load_data(section_of(text), folder_.path(), classification);
  }
  std::string error(const std::string& text) {
    return error_of([&] { load(text); });
  }
  /// digits/LABEL_SPEAKER_INDEX.wav: three labels, two speakers, four takes.
  void write_digits() {
    std::filesystem::create_directories(folder_ / "digits");
    for (const char* label : {"2", "10", "7"})
      for (const char* speaker : {"ann", "bob"})
        for (int index = 0; index < 4; ++index)
          write_sound(folder_ / "digits" / fmt::format("{}_{}_{}.wav", label, speaker, index), 0.5F, 10);
  }
  void write_photos(const std::string& folder, int count = 2) {
    for (const char* name : {"cat", "dog"}) {
      std::filesystem::create_directories(folder_ / folder / name);
      for (int i = 0; i < count; ++i) write_png(folder_ / folder / name / fmt::format("{}.png", i), 4, 5, 3, i);
    }
  }
};

const std::string kDigits = "inputs = \"digits\"\ntargets = \"{label}_{speaker}_{index}\"\n";

TEST_F(DataFileSets, PartsOfNamesAreClassesAndSplits) {
  write_digits();
  const LoadedData data = load(kDigits + "split = \"where\"\ntest_where = \"index = 0:1\"");
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({18, 1, 10}));
  EXPECT_EQ(data.test.rows(), 6);
  EXPECT_EQ(data.train.class_names, (Words{"2", "7", "10"}));  // numbers by size
  EXPECT_EQ(data.train.targets.scalar_type(), at::kLong);
  EXPECT_TRUE(at::equal(data.test.targets, at::tensor({2, 2, 0, 0, 1, 1}, at::kLong)));  // in the order of the names
  EXPECT_EQ(data.train.rate_hz, 8000);
  EXPECT_EQ(data.hashes.size(), 1U);
}

TEST_F(DataFileSets, OneSpeakerIsLeftOut) {
  write_digits();
  const LoadedData where = load(kDigits + "split = \"where\"\ntest_where = \"speaker = bob\"");
  const LoadedData groups = load(kDigits + "groups = \"{speaker}\"\nsplit = \"holdout\"\ntest_groups = [\"bob\"]");
  EXPECT_EQ(where.test.rows(), 12);
  EXPECT_TRUE(at::equal(where.test.targets, groups.test.targets));
  EXPECT_EQ(std::set<std::string>(groups.test.groups.begin(), groups.test.groups.end()), std::set<std::string>{"bob"});
  EXPECT_EQ(load(kDigits + "groups = \"{speaker}-{label}\"\nsplit = \"grouped\"").train.groups.at(0), "ann-10");
}

TEST_F(DataFileSets, ConditionsThatCannotBe) {
  write_digits();
  const auto where = [&](const std::string& condition) {
    return error(kDigits + "split = \"where\"\ntest_where = \"" + condition + "\"");
  };
  const auto opening = [](const std::string& condition) { return "data: test_where = \"" + condition + "\": "; };
  EXPECT_EQ(where("speeker = bob"),
            opening("speeker = bob") +
                "unknown part 'speeker'; known: file, index, label, speaker (did you mean 'speaker'?)");
  EXPECT_EQ(where("speaker = eve"),
            opening("speaker = eve") + "no row has such a value (part 'speaker' is one of: ann, bob)");
  EXPECT_EQ(where("speaker = *"), opening("speaker = *") + "every row has such a value (expected some that train)");
  EXPECT_EQ(where("speaker"), opening("speaker") + "is no condition (expected PART = VALUES, as in \"index = 0:5\")");
  EXPECT_EQ(where("index = a:5"), opening("index = a:5") + "'a:5' is no range of whole numbers (expected as in 0:5)");
  EXPECT_EQ(where("speaker = 0:5"),
            opening("speaker = 0:5") + "part 'speaker' is not a whole number in every row (got 'ann')");
  EXPECT_EQ(where("label = 10"),
            "data: class 2 '10' has no sample that trains (expected at least one of every class); "
            "another split, or class_names without it");
  EXPECT_EQ(error(kDigits + "groups = \"{speeker}\"\nsplit = \"grouped\""),
            "digits: groups = \"{speeker}\": unknown part 'speeker'; known: file, index, label, speaker (did you mean "
            "'speaker'?)");
}

TEST_F(DataFileSets, FoldersOfImagesAreClasses) {
  write_photos("photos");
  const LoadedData data = load("inputs = \"photos\"\nsplit = \"none\"\nchannels = 1\nresize = [2, 3]");
  EXPECT_EQ(data.train.inputs.sizes(), at::IntArrayRef({4, 1, 2, 3}));
  EXPECT_EQ(data.train.inputs.scalar_type(), at::kByte);
  EXPECT_EQ(data.train.class_names, (Words{"cat", "dog"}));
  EXPECT_EQ(data.notes,
            (Words{here("photos") + ": 4 of 4 images made grey", here("photos") + ": 4 of 4 images resized to 2 x 3"}));
  EXPECT_EQ(error("inputs = \"photos\"\nsplit = \"none\"\nclass_names = [\"cat\", \"dig\"]"),
            "photos: unknown class 'dog'; known: cat, dig (did you mean 'dig'?)");
  EXPECT_EQ(error("inputs = \"photos\"\nsplit = \"none\"\nclass_names = [\"cat\", \"dog\", \"eel\"]"),
            "data: class 2 'eel' has no sample that trains (expected at least one of every class); another split, or "
            "class_names without it");
  // Rows are sorted by class: a contiguous half leaves a class without a sample.
  EXPECT_EQ(error("inputs = \"photos\"\nfolds = 2"),
            "data: class 0 'cat' has no sample that trains (expected at least one of every class); another split, or "
            "class_names without it");
}

TEST_F(DataFileSets, FilesOfTheirOwnTest) {
  write_photos("train");
  write_photos("val", 1);
  const LoadedData data = load("inputs = \"train\"\nsplit = \"files\"\ntest_inputs = \"val\"");
  EXPECT_EQ(data.train.rows(), 4);
  EXPECT_EQ(data.test.rows(), 2);
  EXPECT_EQ(data.hashes.size(), 2U);
  std::filesystem::create_directories(folder_ / "val" / "eel");
  write_png(folder_ / "val" / "eel" / "0.png", 4, 5, 3);
  EXPECT_EQ(error("inputs = \"train\"\nsplit = \"files\"\ntest_inputs = \"val\""),
            "val: unknown class 'eel'; known: cat, dog");
  EXPECT_EQ(error("inputs = \"train\"\nsplit = \"files\"\ntest_inputs = \"train\""),
            "data: 'cat/0.png' both trains and tests (expected every file on one side)");
  EXPECT_EQ(error("inputs = \"train\"\nsplit = \"files\""),
            "r.toml:2: split = \"files\" needs the files that test: 'test_inputs', 'test_targets' or both are missing");
  EXPECT_EQ(error("inputs = \"x.npy\"\ntargets = \"y.npy\"\nsplit = \"files\"\ntest_inputs = \"z.npy\""),
            "r.toml:4: 'test_targets' is missing ('y.npy' holds the targets of the rows that train)");
}

TEST_F(DataFileSets, TablesOfClassesMayBeAFoldEach) {
  std::filesystem::create_directories(folder_ / "audio");
  for (const char* name : {"a", "b", "c"}) write_sound(folder_ / "audio" / fmt::format("{}.wav", name), 0.5F, 10);
  write_atomic(folder_ / "train.csv", "filename\tscene\tcity\naudio/b.wav\ttram\tlyon\naudio/a.wav\tbus\tparis\n");
  write_atomic(folder_ / "test.csv", "filename\tscene\tcity\naudio/c.wav\ttram\tlyon\n");
  const std::string table = "inputs = \".\"\ntargets = \"train.csv\"\ntargets_column = \"scene\"\n";
  const LoadedData data = load(table + "split = \"files\"\ntest_targets = \"test.csv\"\ngroups = \"{city}\"");
  EXPECT_EQ(data.train.class_names, (Words{"bus", "tram"}));
  EXPECT_TRUE(at::equal(data.train.targets, at::tensor({1, 0}, at::kLong)));
  EXPECT_TRUE(at::equal(data.test.targets, at::tensor({1}, at::kLong)));
  EXPECT_EQ(data.train.groups, (Words{"lyon", "paris"}));
  EXPECT_EQ(error("inputs = \".\"\ntargets = \"train.csv\"\nsplit = \"none\""),
            here("train.csv") + ": which column holds the classes? 'targets_column' is missing");
}

TEST_F(DataFileSets, SkippedFilesLeaveTheirClassesAndPartsToo) {
  write_digits();
  write_atomic(folder_ / "digits" / "10_ann_0.wav", "no sound");
  EXPECT_EQ(error(kDigits + "split = \"none\""),
            here("digits") +
                ": 1 of 24 files cannot be read: '10_ann_0.wav' (is not a recording that libsndfile reads (it "
                "says: Format not recognised.)); corrupt = \"skip\" leaves such files out");
  const LoadedData data = load(kDigits + "corrupt = \"skip\"\nsplit = \"where\"\ntest_where = \"index = :1\"");
  EXPECT_EQ(data.train.rows(), 18);
  EXPECT_TRUE(at::equal(data.test.targets, at::tensor({2, 0, 0, 1, 1}, at::kLong)));
  EXPECT_EQ(data.notes.size(), 1U);
}

TEST_F(DataFileSets, KeysOfImagesDoNotCountForRecordings) {
  write_digits();
  write_photos("photos");
  EXPECT_EQ(error(kDigits + "split = \"none\"\nresize = [2, 2]"),
            "digits: 'resize' has no effect on a folder of recordings; it counts with images");
  EXPECT_EQ(error("inputs = \"photos\"\nsplit = \"none\"\nclip_samples = 5"),
            "photos: 'clip_samples' has no effect on a folder of images; it counts with recordings");
  EXPECT_EQ(error("inputs = \"photos\"\nsplit = \"none\"\nwindow_samples = 5"),
            "photos: 'window_samples' has no effect on a folder of images; it counts with arrays and tables");
  EXPECT_EQ(error("inputs = \"x.npy\"\ncorrupt = \"skip\""),
            "r.toml:2: 'corrupt' has no effect on 'x.npy'; it counts with images and recordings, a file each");
  EXPECT_EQ(error(kDigits + "targets_column = \"label\""),
            "r.toml:3: 'targets_column' has no effect where 'targets' is a pattern of names; it counts where it names "
            "a table");
  EXPECT_EQ(error(kDigits + "clip_samples = 5\nclip_seconds = 1"),
            "r.toml:4: 'clip_seconds' has no effect where 'clip_samples' says the same; leave one of them out");
  EXPECT_EQ(error(kDigits + "test_where = \"index = 0\""),
            "r.toml:3: 'test_where' has no effect with split = \"contiguous\"; it counts with where");
  EXPECT_EQ(error("inputs = \"photos\"\nresize = [2]"),
            "r.toml:2: 'resize' is [2] (expected height and width, 1 to 8192 each)");
  EXPECT_EQ(error("inputs = \"photos\"\ncorrupt = \"ship\""),
            "r.toml:2: unknown corrupt 'ship'; known: refuse, skip (did you mean 'skip'?)");
}

TEST_F(DataFileSets, CifarBringsItsClassesAndFiles) {
  std::filesystem::create_directories(folder_ / "cifar");
  const auto record = [](int label) { return static_cast<char>(label) + std::string(3072, 'x'); };
  write_atomic(folder_ / "cifar" / "data_batch_1.bin", record(0) + record(1) + record(1));
  write_atomic(folder_ / "cifar" / "test_batch.bin", record(1));
  const LoadedData data = load("inputs = \"cifar\"\nsplit = \"where\"\ntest_where = \"file = test_batch.bin\"");
  EXPECT_EQ(data.train.rows(), 3);
  EXPECT_TRUE(at::equal(data.test.targets, at::ones({1}, at::kLong)));
  EXPECT_EQ(load("inputs = \"cifar/data_batch_1.bin\"\nsplit = \"files\"\ntest_inputs = \"cifar/test_batch.bin\"")
                .test.rows(),
            1);
}

TEST_F(DataFileSets, ImagesOfArraysComeInBothOrders) {
  write_npy(folder_ / "x.npy", at::rand({3, 4, 5, 2}));
  write_npy(folder_ / "y.npy", at::zeros({3}, at::kLong));
  const std::string rest = "inputs = \"x.npy\"\ntargets = \"y.npy\"\nsplit = \"none\"\n";
  EXPECT_EQ(load(rest + "layout = \"NHWC\"").train.inputs.sizes(), at::IntArrayRef({3, 2, 4, 5}));
  write_npy(folder_ / "x.npy", at::rand({3, 4, 5}));
  EXPECT_EQ(load(rest + "layout = \"NHW\"").train.inputs.sizes(), at::IntArrayRef({3, 1, 4, 5}));
  EXPECT_EQ(error(rest + "groups = \"{speaker}\""),
            "groups = \"{speaker}\": rows have no named parts (expected a folder of files, or targets_column)");
  EXPECT_EQ(
      error("inputs = \"x.npy\"\ntargets = \"{label}_{index}\"\nsplit = \"none\""),
      "x.npy: has no file a row, whose name targets = \"{label}_{index}\" could take apart; it counts with folders of "
      "files");
}

TEST_F(DataFileSets, OneRecordingIsOneRow) {
  write_sound(folder_ / "a.wav", 0.5F, 10);
  DataSection section;
  section.inputs = "a.wav";
  section.clip_samples = 12;
  const Dataset data = load_all(section, folder_.path(), true);
  EXPECT_EQ(data.inputs.sizes(), at::IntArrayRef({1, 1, 12}));
  EXPECT_FALSE(data.targets.defined());
}

TEST_F(DataFileSets, RowsAreSplitBeforeMissingValuesGo) {
  at::Tensor inputs = at::rand({4, 10});
  inputs[1][7].fill_(std::numeric_limits<float>::quiet_NaN());
  write_npy(folder_ / "x.npy", inputs);
  write_atomic(folder_ / "rows.csv", "kind,fold\na,1\na,1\na,2\na,1\n");
  const LoadedData data = load(
      "inputs = \"x.npy\"\ntargets = \"rows.csv\"\ntargets_column = \"kind\"\nmissing = \"drop\"\n"
      "split = \"where\"\ntest_where = \"fold = 2\"");
  EXPECT_EQ(data.dropped, 1);
  EXPECT_EQ(data.train.rows(), 2);
  EXPECT_TRUE(at::equal(data.test.inputs[0][0], inputs[2]));
}

TEST(RealFileSets, TheTwoProtocolsOfSpokenDigits) {
  LATHE_NEEDS_REAL_DATA(folder, "fsdd");
  const std::string digits = "inputs = \"recordings\"\ntargets = \"{label}_{speaker}_{index}\"\nclip_seconds = 0.5\n";
  const LoadedData by_index =
      load_data(section_of(digits + "split = \"where\"\ntest_where = \"index = 0:5\""), folder, true);
  EXPECT_EQ(by_index.train.rows(), 1800);
  EXPECT_EQ(by_index.test.inputs.sizes(), at::IntArrayRef({200, 1, 4000}));
  const LoadedData by_speaker =
      load_data(section_of(digits + "split = \"where\"\ntest_where = \"speaker = theo\""), folder, true);
  EXPECT_EQ(by_speaker.train.rows(), 1500);
  EXPECT_EQ(by_speaker.test.rows(), 500);
}

TEST(RealFileSets, MnistAndCifarAsTheirPagesSay) {
  LATHE_NEEDS_REAL_DATA(folder, "mnist");
  const LoadedData mnist =
      load_data(section_of("inputs = \"t10k-images-idx3-ubyte.gz\"\ntargets = \"t10k-labels-idx1-ubyte.gz\"\n"
                           "normalize = \"unit\"\nsplit = \"rows\"\ntrain_rows = \":8000\"\ntest_rows = \"8000:\""),
                folder, true);
  EXPECT_EQ(mnist.train.inputs.sizes(), at::IntArrayRef({8000, 1, 28, 28}));
  EXPECT_EQ(mnist.test.rows(), 2000);
  LATHE_NEEDS_REAL_DATA(images, "cifar10");
  const LoadedData cifar = load_data(
      section_of("inputs = \"cifar-10-batches-bin\"\nsplit = \"where\"\ntest_where = \"file = test_batch.bin\""),
      images, true);
  EXPECT_EQ(cifar.train.rows(), 5000);
  EXPECT_EQ(cifar.test.rows(), 1000);
}

}  // namespace
}  // namespace lathe
