/// Folders of tables in BioVid's layout: columns, rates, lengths, and what damaged files say.
#include <cmath>

#include "lathe/base/files.h"
#include "lathe/data/readers/file_rows.h"
#include "lathe/data/readers/time_column.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using Words = std::vector<std::string>;

const std::string kHead = "time\tgsr\tecg\temg_trapezius\n";

class Tables : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string here() const { return folder_.path().string(); }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_atomic(folder_ / name, text);
  }
  /// A recording whose columns count up from `first`, at 512 Hz in microseconds.
  void write_recording(const std::string& name, int samples, int first = 0) {
    std::string text = kHead;
    for (int i = 0; i < samples; ++i)
      text += fmt::format("{}\t{}.5\t{}\t{}\n", i * 1000000LL / 512, first + i, -i, 10 * i);
    write(name, text);
  }
  FileRows read(const TableOptions& options = {}) { return read_tables(list_folder(folder_.path()), options); }
  std::string error(const TableOptions& options = {}) {
    return error_of([&] { read(options); });
  }
  std::string damage(const std::string& text) {
    write("a.csv", text);
    const std::string sentence = error({.columns = {"gsr"}});
    const std::string head = here() + ": 1 of 1 files cannot be read: 'a.csv' (";
    const std::string tail = "); corrupt = \"skip\" leaves such files out";
    EXPECT_TRUE(sentence.starts_with(head) && sentence.ends_with(tail)) << sentence;
    return sentence.substr(head.size(), sentence.size() - head.size() - tail.size());
  }
};

TEST_F(Tables, AFileIsARowAndAColumnAChannel) {
  write_recording("0/a.csv", 3);
  write_recording("1/b.csv", 3, 7);
  const FileRows rows = read();
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({2, 3, 3}));
  EXPECT_EQ(rows.values.scalar_type(), at::kFloat);
  EXPECT_EQ(listed(rows.values[1]), (std::vector<double>{7.5, 8.5, 9.5, 0, -1, -2, 0, 10, 20}));
  EXPECT_EQ(rows.rate_hz, 512);
  EXPECT_EQ(listed(read({.columns = {"ecg", "gsr"}}).values[0]), (std::vector<double>{0, -1, -2, 0.5, 1.5, 2.5}));
  EXPECT_EQ(listed(read({.columns = {"2"}}).values[0]), (std::vector<double>{0.5, 1.5, 2.5}));
  EXPECT_EQ(list_folder(folder_.path()).labels, (Words{"0", "1"}));
}

TEST_F(Tables, NamesSayWhoAndWhat) {
  write_recording("0/071309_w_21-BL1-081_bio.csv", 3);
  write_recording("4/091814_m_37-PA4-002_bio.csv", 3);
  const FileList list = list_by_name(folder_.path(), "{label}/{subject}_{sex}_{age}-{stimulus}-{index}_bio");
  EXPECT_EQ(list.labels, (Words{"0", "4"}));
  EXPECT_EQ(list.parts.at("subject"), (Words{"071309", "091814"}));
  EXPECT_EQ(list.parts.at("stimulus"), (Words{"BL1", "PA4"}));
  EXPECT_TRUE(list.holds == Holds::table);
}

TEST_F(Tables, BesideRecordingsTablesAreNotes) {
  write_recording("notes.csv", 3);
  write("a.wav", "");
  EXPECT_EQ(list_folder(folder_.path()).names, Words{"a.wav"});
}

TEST_F(Tables, ShorterOnesEndInNanWhereThatIsAsked) {
  write_recording("a.csv", 4);
  write_recording("b.csv", 2);
  EXPECT_EQ(error({.columns = {"gsr"}}),
            here() +
                ": recordings have 2 to 4 samples, the shortest is 'b.csv', the longest 'a.csv' (expected one length); "
                "--window, or window_samples, cuts them into windows; [[clean]] kind = \"length\" cuts and pads all to "
                "one");
  const FileRows rows = read({.columns = {"gsr"}, .unequal_lengths = true});
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({2, 1, 4}));
  EXPECT_EQ(listed(rows.values[1][0].narrow(0, 0, 2)), (std::vector<double>{0.5, 1.5}));
  EXPECT_TRUE(rows.values[1][0].narrow(0, 2, 2).isnan().all().item<bool>());
}

TEST_F(Tables, CellsSeparatorsAndLinesThatCannotBe) {
  EXPECT_EQ(damage(kHead + "0\t1,5\t2\t3\n"),
            "line 2, column 'gsr': cell has a decimal comma (expected a decimal point, got '1,5')");
  EXPECT_EQ(damage(kHead + "0\tabc\t2\t3\n"),
            "line 2, column 'gsr': cell is not a number (expected one, or a blank for a missing value, got 'abc'); "
            "columns of text are read by name");
  EXPECT_EQ(damage(kHead + "0\t1\t2\t3\n1\t2\n"), "line 3: row has another length (expected 4 cells, got 2)");
  EXPECT_EQ(damage("time,gsr\n0,1,0,5\n"),
            "line 2: row has another length (expected 2 cells, got 4); numbers have a decimal point, not a comma");
  EXPECT_EQ(damage("time\tecg\n0\t1\n"), "unknown column 'gsr'; known: ecg, time");
  EXPECT_EQ(damage(""), "holds no rows (expected a table of numbers, got an empty file)");
  EXPECT_EQ(damage(kHead), "holds no rows (expected a table of numbers, got only a header)");
  write("a.csv", "time;gsr\n0;1.5\n1;\n");  // semicolons, and a sample that is missing
  const FileRows rows = read();
  EXPECT_EQ(rows.values[0][0][0].item<double>(), 1.5);
  EXPECT_TRUE(std::isnan(rows.values[0][0][1].item<double>()));
}

TEST_F(Tables, DamagedOnesAreSkippedWhereThatIsAsked) {
  write_recording("0/a.csv", 3);
  write("0/b.csv", "");
  write_recording("1/c.csv", 3);
  const FileRows rows = read({.columns = {"gsr"}, .corrupt = Corrupt::skip});
  EXPECT_EQ(rows.kept, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(rows.notes,
            Words{here() + ": 1 of 3 files left out, for they cannot be read: '0/b.csv' (holds no rows (expected a "
                           "table of numbers, got an empty file))"});
}

TEST_F(Tables, OtherColumnsThanTheFirstAreRefused) {
  write_recording("a.csv", 2);
  write("b.csv", "time\tgsr\n0\t1\n1953\t2\n");
  EXPECT_EQ(error(),
            at("b.csv") + ": has 1 columns, gsr (expected 3, as 'a.csv': gsr, ecg, emg_trapezius); 'columns' chooses");
  EXPECT_EQ(read({.columns = {"gsr"}}).values.size(0), 2);
  write("a.csv", "time\n0\n1\n");
  EXPECT_EQ(error(), here() +
                         ": 1 of 2 files cannot be read: 'a.csv' (holds no column to read (expected at least one, got "
                         "time)); corrupt = \"skip\" leaves such files out");
}

TEST_F(Tables, RatesMustAgree) {
  write("a.csv", "time\tgsr\n0\t1\n0.25\t2\n0.5\t3\n");
  write("b.csv", "time\tgsr\n0\t1\n0.125\t2\n0.25\t3\n");
  EXPECT_EQ(error(), at("b.csv") + ": has 8 samples a second by its column 'time' (expected 4, as 'a.csv')");
  EXPECT_EQ(error({.rate_hz = 4}),
            at("b.csv") + ": has 8 samples a second by its column 'time' (expected 4, as rate_hz)");
  write("b.csv", "time\tgsr\n0\t1\n0.25\t2\n2\t3\n");
  EXPECT_EQ(read().notes,
            Words{here() + ": 1 of 2 recordings have gaps in their column 'time', the first is 'b.csv'; their "
                           "samples are taken as evenly spaced"});
}

TEST(TimeColumn, UnitsAreToldApart) {
  const auto rate = [](const std::vector<double>& times, double expected_hz = 0) {
    return read_times(times.data(), static_cast<int64_t>(times.size()), 1, expected_hz).rate_hz;
  };
  EXPECT_EQ(rate({0, 1953, 3906, 5859, 7812}), 512);      // microseconds, cut to whole ones
  EXPECT_EQ(rate({0, 0.002, 0.004, 0.006, 0.008}), 500);  // seconds
  EXPECT_EQ(rate({10, 14, 18, 22}), 0);                   // milliseconds look like nothing else
  EXPECT_EQ(rate({10, 14, 18, 22}, 250), 250);            // unless they are expected
  EXPECT_EQ(rate({0, 0.5, 1, 1.5}, 2000), 2000);          // 2 Hz in seconds otherwise
  EXPECT_EQ(rate({5}), 0);
  EXPECT_FALSE(read_times(std::vector<double>{0, 1, NAN, 3}.data(), 4, 1, 0).regular);
  EXPECT_FALSE(read_times(std::vector<double>{0, 2, 1, 3}.data(), 4, 1, 0).regular);
}

}  // namespace
}  // namespace lathe
