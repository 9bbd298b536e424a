/// Recordings of unequal length as windows: rates, units, gaps, missing samples, labels by sample, short ones.
#include "lathe/data/readers/recordings.h"

#include <cmath>

#include "lathe/base/files.h"
#include "lathe/data/readers/time_column.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using Words = std::vector<std::string>;

class RecordingsTest : public testing::Test {
 protected:
  ScratchFolder folder_;
  RecordingOptions options_{.window = {.samples = 4}};

  std::string here() const { return folder_.path().string(); }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_atomic(folder_ / name, text);
  }
  /// Lines "i 10i" without a header.
  void write_counting(const std::string& name, int samples) {
    std::string text;
    for (int i = 0; i < samples; ++i) text += fmt::format("{} {}\r\n", i, 10 * i);
    write(name, text);
  }
  RecordingRows read() { return read_recordings(list_folder(folder_.path()), options_); }
  std::string error() {
    return error_of([&] { read(); });
  }
  /// The sentence about the one file that is damaged.
  std::string damage(const std::string& name, const std::string& text) {
    write(name, text);
    const std::string sentence = error(), head = here() + ": 1 of 1 files cannot be read: '" + name + "' (";
    const std::string tail = "); corrupt = \"skip\" leaves such files out";
    EXPECT_TRUE(sentence.starts_with(head) && sentence.ends_with(tail)) << sentence;
    return sentence.substr(head.size(), sentence.size() - head.size() - tail.size());
  }
};

TEST_F(RecordingsTest, OneRecordingIsManyRows) {
  write_counting("a.txt", 11);
  write_counting("b.txt", 4);
  options_.stride.samples = 3;
  const RecordingRows rows = read();
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({4, 2, 4}));
  EXPECT_EQ(rows.values.scalar_type(), at::kFloat);
  EXPECT_EQ(listed(rows.values[1]), (std::vector<double>{3, 4, 5, 6, 30, 40, 50, 60}));
  EXPECT_EQ(rows.files, (std::vector<int64_t>{0, 0, 0, 1}));
  EXPECT_FALSE(rows.times.defined());  // nothing says how fast they are
  EXPECT_TRUE(rows.notes.empty());
}

TEST_F(RecordingsTest, UnitsAndRatesAreBroughtToOne) {
  write_counting("a.txt", 17);
  options_.rate_hz = 32;
  options_.resample_hz = 30;
  options_.gain = 2;
  options_.offset = -1;
  options_.window = {.seconds = 0.1};
  const RecordingRows rows = read();
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({5, 2, 3}));  // floor(16 · 30 / 32) + 1 = 16 samples
  EXPECT_EQ(rows.rate_hz, 30);
  for (int i = 0; i < 15; ++i)  // on the line i · 32 / 30, times 2, less 1
    EXPECT_NEAR(rows.values[i / 3][0][i % 3].item<double>(), 2 * i * 32.0 / 30 - 1, 1e-5);
  EXPECT_NEAR(rows.times[4].item<double>(), 0.4, 1e-12);
}

TEST_F(RecordingsTest, ShortOnesAreRefusedDroppedOrFilledUp) {
  write_counting("sit/a.txt", 3);
  write_counting("sit/b.txt", 5);
  write_counting("stand/c.txt", 2);
  EXPECT_EQ(error(), here() +
                         ": 2 of 3 recordings are shorter than a window of 4 samples, the shortest is 'stand/c.txt' "
                         "with 2 samples (sit 1, stand 1); short = \"drop\" leaves them out, \"zero\", \"edge\" or "
                         "\"wrap\" fills them up");
  options_.short_recordings = Short::drop;
  EXPECT_EQ(read().files, std::vector<int64_t>{1});
  EXPECT_EQ(read().notes,
            Words{here() + ": 2 of 3 recordings are shorter than a window of 4 samples and left out: sit 1, stand 1"});
  options_.short_recordings = Short::zero;
  EXPECT_EQ(listed(read().values[2][0]), (std::vector<double>{0, 1, 0, 0}));
  EXPECT_EQ(read().notes,
            Words{here() + ": 2 of 3 recordings are shorter than a window of 4 samples and filled up with zeros: "
                           "sit 1, stand 1; a model can tell such windows by their ends, and with them the class"});
  options_.short_recordings = Short::edge;
  EXPECT_EQ(listed(read().values[0][1]), (std::vector<double>{0, 10, 20, 20}));
  options_.short_recordings = Short::wrap;
  EXPECT_EQ(listed(read().values[2][0]), (std::vector<double>{0, 1, 0, 1}));
}

TEST_F(RecordingsTest, SwappedAxesAreNamedEvenWhereShortOnesAreFilledUp) {
  write("a.txt", "0 1 2 3 4 5\n10 11 12 13 14 15\n20 21 22 23 24 25\n");
  options_.short_recordings = Short::wrap;
  EXPECT_EQ(error(), (folder_ / "a.txt").string() +
                         ": has 6 columns of 3 samples: its axes are swapped (expected a sample a line, a channel a "
                         "column)");
  options_.columns.channels = {"1", "2"};
  EXPECT_EQ(read().values.sizes(), at::IntArrayRef({1, 2, 4}));
}

TEST_F(RecordingsTest, WhatInterruptsIsCountedWhereNoWindowIsLeft) {
  write("a.csv", "time,x\n0,0\n0.5,1\n1,2\n7,5\n7.5,6\n8,7\n20,1\n20.5,2\n21,8\n");
  options_.short_recordings = Short::drop;
  EXPECT_EQ(error(), here() +
                         ": no recording holds a window of 4 samples (2 s) (expected at least one, got 1 recording; "
                         "there are 2 gaps in their times)");
}

TEST_F(RecordingsTest, WindowsNeverSpanAGap) {
  write("a.csv", "time,x\n0,0\n0.5,1\n1,2\n1.5,3\n2,4\n7,5\n7.5,6\n8,7\n8.5,8\n");
  const RecordingRows rows = read();
  EXPECT_EQ(listed(rows.values.flatten()), (std::vector<double>{0, 1, 2, 3, 5, 6, 7, 8}));
  EXPECT_EQ(listed(rows.times), (std::vector<double>{0, 7}));
  EXPECT_EQ(rows.rate_hz, 2);
  EXPECT_EQ(rows.notes,
            Words{here() + ": 1 gap in the times of 1 recording, the longest of 5 s in 'a.csv'; no window spans one"});
  options_.window.samples = 5;
  EXPECT_EQ(read().values.size(0), 1);
  EXPECT_EQ(read().notes.back(),
            here() + ": 1 stretch between interruptions left out, shorter than a window of 5 samples (2.5 s)");
}

TEST_F(RecordingsTest, DatesAreTimes) {
  write("a.csv",
        "when,x\n2014-05-07 13:29:59.500,0\n2014-05-07 13:30:00.000,1\n2014-05-07T13:30:00.500Z,2\n"
        "2014-05-07T15:30:01+02:00,3\n");
  options_.columns.time = "when";
  const RecordingRows rows = read();
  EXPECT_EQ(rows.rate_hz, 2);
  EXPECT_EQ(listed(rows.times), std::vector<double>{1399469399.5});
  EXPECT_EQ(damage("a.csv", "when,x\n13:29,0\n"),
            "line 2, column 'when': cell is no time (expected a number, or a date as 2014-05-07 13:29:50.43, got "
            "'13:29')");
}

TEST_F(RecordingsTest, TimeThatGoesBackAndMissingSamplesNameTheirLine) {
  EXPECT_EQ(damage("a.csv", "time,x\n0,1\n1,2\n0.5,3\n"), "line 4: time goes backwards (expected at least 1, got 0.5)");
  EXPECT_EQ(damage("a.csv", "time,x\n0,1\n,2\n"), "line 3: has no time (expected one in every line)");
  const std::string run = "time,x,y\n0,0,0\n1,1,1\n2,2,2\n3,3,3\n4,,4\n5,NaN,5\n6,6,6\n7,7,7\n8,8,8\n9,9,9\n10,10,\n";
  EXPECT_EQ(damage("a.csv", run),
            "line 6, column 'x': 2 samples in a row miss a number, 3 in all (expected none); missing = \"drop\" cuts "
            "windows around them");
  options_.blanks = Blank::interrupt;
  const RecordingRows rows = read();
  EXPECT_EQ(listed(rows.times), (std::vector<double>{0, 6}));
  EXPECT_EQ(rows.notes, Words{here() + ": 3 samples in 1 recording miss a number; no window holds one"});
  options_.blanks = Blank::keep;
  EXPECT_TRUE(std::isnan(read().values[1][0][0].item<double>()));
}

TEST_F(RecordingsTest, LabelsBySampleFollowTheRule) {
  write("a.csv", "x,what\n1,sit\n2,sit\n3,sit\n4,go\n5,go\n6,sit\n7,go\n8,sit\n9,\n10,\n11,\n12,go\n");
  options_.columns.labels = "what";
  RecordingRows rows = read();
  EXPECT_EQ(rows.labels, (Words{"sit", "go"}));  // the second is a draw: the first class by name
  EXPECT_EQ(rows.notes, Words{here() + ": 1 window left out, for no class has most of their samples"});
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({2, 1, 4}));
  options_.label_rule.least = 0.75;
  rows = read();
  EXPECT_EQ(rows.labels, Words{"sit"});
  EXPECT_EQ(rows.notes, Words{here() + ": 2 windows left out, for no class has at least 0.75 of their samples"});
  options_.label_rule.least = 0.5;
  EXPECT_EQ(error(), "windows: label threshold is out of range (expected more than 0.5 and at most 1, got 0.5)");
}

TEST_F(RecordingsTest, GroupsOfAColumnAreNeverMixedInAWindow) {
  write("a.csv", "x,who\n1,ann\n2,ann\n3,ann\n4,ann\n5,ann\n6,bob\n7,bob\n8,bob\n9,bob\n");
  options_.columns.groups = "who";
  const RecordingRows rows = read();
  EXPECT_EQ(rows.groups, (Words{"ann", "bob"}));
  EXPECT_EQ(listed(rows.values[1]), (std::vector<double>{6, 7, 8, 9}));
}

TEST_F(RecordingsTest, RatesThatDoNotDivideTheWindow) {
  write_counting("a.txt", 200);
  options_.window = {.seconds = 5};
  EXPECT_EQ(error(), "window_seconds is 5, and nothing says how many samples a second there are; give rate_hz");
  options_.rate_hz = 31.25;
  EXPECT_EQ(error(),
            "window_seconds is 5, which is 156.25 samples at 31.25 a second (expected a whole number); the nearest are "
            "4.992 and 5.024 s at this rate, or 31.2 and 31.4 samples a second");
  options_.rate_hz = 0;
  options_.resample_hz = 30;
  EXPECT_EQ(error(),
            at("a.txt") + ": nothing says how many samples a second it has, which resample_hz needs; give rate_hz");
}

TEST_F(RecordingsTest, RatesMustAgreeUnlessAllAreResampled) {
  write("a.csv", "time,x\n0,1\n0.25,2\n0.5,3\n0.75,4\n");
  write("b.csv", "time,x\n0,1\n0.125,2\n0.25,3\n0.375,4\n0.5,5\n0.625,6\n0.75,7\n");
  EXPECT_EQ(error(), at("b.csv") +
                         ": has 8 samples a second by its times (expected 4, as 'a.csv'); resample_hz brings all to "
                         "one");
  options_.resample_hz = 4;
  EXPECT_EQ(listed(read().values.flatten()), (std::vector<double>{1, 2, 3, 4, 1, 3, 5, 7}));
  options_.spectral = true;
  EXPECT_EQ(read().values.size(0), 2);  // round(7 · 4 / 8) = 4 samples
}

TEST(TextTables, BlanksSeparateCells) {
  const ScratchFolder folder;
  const auto read = [&](const std::string& text) {
    write_atomic(folder / "a.txt", text);
    return listed(open_array(folder / "a.txt").values);
  };
  EXPECT_EQ(read("1 2\n3 4\n"), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(read("  1   2 \r\n\t3 \t-4.5e1\r\n\r\n"), (std::vector<double>{1, 2, 3, -45}));
  EXPECT_EQ(read("a b\n1 2"), (std::vector<double>{1, 2}));
  EXPECT_EQ(read("1,2\n3,4\n"), (std::vector<double>{1, 2, 3, 4}));
  write_atomic(folder / "a.txt", "1 2\n3\n");
  EXPECT_EQ(error_of([&] { open_array(folder / "a.txt"); }),
            (folder / "a.txt").string() + ": line 2: row has another length (expected 2 cells, got 1)");
}

TEST(Timelines, ClocksOfFewDigitsHaveNoGaps) {
  std::vector<double> coarse, seconds;
  for (int i = 0; i < 200; ++i) {
    coarse.push_back(std::floor(i / 70.0 * 100) / 100);  // steps of 0.01 and 0.02
    seconds.push_back(std::floor(i / 25.0));
  }
  EXPECT_TRUE(read_timeline(coarse, 0, 1).gaps.empty());
  EXPECT_NEAR(read_timeline(coarse, 0, 1).rate_hz, 70, 0.5);
  EXPECT_TRUE(read_timeline(seconds, 25, 1).gaps.empty());
  coarse[150] += 0.02;
  for (size_t i = 151; i < coarse.size(); ++i) coarse[i] += 0.02;
  EXPECT_EQ(read_timeline(coarse, 0, 1).gaps, std::vector<int64_t>{150});
  EXPECT_EQ(read_timeline(std::vector<double>{0, 10, 20, 60}, 100, 1).gaps, std::vector<int64_t>{3});  // milliseconds
  EXPECT_EQ(read_timeline(std::vector<double>{0, 10, 20, 60}, 100, 1).second, 1000);
}

}  // namespace
}  // namespace lathe
