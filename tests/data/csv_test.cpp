/// Tables of numbers as text: what is read, and how each mistake is named.
#include "lathe/data/readers/csv.h"

#include <chrono>
#include <cmath>

#include "lathe/base/files.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::listed;

class Csv : public testing::Test {
 protected:
  std::string file(const std::string& text, const std::string& name = "a.csv") {
    write_atomic(scratch_ / name, text);
    return (scratch_ / name).string();
  }
  Array read(const std::string& text, const std::string& name = "a.csv") { return open_array(file(text, name)); }
  /// The error without the path in front.
  std::string error(const std::string& text) {
    const std::string path = file(text), sentence = error_of([&] { read_csv(path); });
    return sentence.rfind(path + ": ", 0) == 0 ? sentence.substr(path.size() + 2) : sentence;
  }

 private:
  test::ScratchFolder scratch_;
};

TEST_F(Csv, HeaderAndNumbers) {
  const Array array = read("time, ecg\n0,1.5\n1,-2e3\n");
  EXPECT_EQ(array.columns, (std::vector<std::string>{"time", "ecg"}));
  EXPECT_EQ(array.values.sizes(), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(array.values.scalar_type(), at::kDouble);
  EXPECT_EQ(listed(array.values), (std::vector<double>{0, 1.5, 1, -2000}));
}

TEST_F(Csv, NumbersWithoutHeader) {
  const Array array = read("1,2\n3,+4");
  EXPECT_TRUE(array.columns.empty());
  EXPECT_EQ(listed(array.values), (std::vector<double>{1, 2, 3, 4}));
}

TEST_F(Csv, TabsSemicolonsAndWindowsLineEnds) {
  EXPECT_EQ(listed(read("a\tb\r\n1\t2\r\n", "a.tsv").values), (std::vector<double>{1, 2}));
  EXPECT_EQ(read("time\tgsr\n1\t2\n").columns, (std::vector<std::string>{"time", "gsr"}));  // tabs in a .csv
  EXPECT_EQ(listed(read("\xEF\xBB\xBF"
                        "a;b\r\n1;2\r\n")
                       .values),
            (std::vector<double>{1, 2}));
}

TEST_F(Csv, BlankCellsAreMissing) {
  const std::vector<double> values = listed(read("a,b\n1,\n,NA\nnan,4\n\n\n").values);
  ASSERT_EQ(values.size(), 6U);
  EXPECT_TRUE(std::isnan(values[1]) && std::isnan(values[2]) && std::isnan(values[3]) && std::isnan(values[4]));
  EXPECT_EQ(values[5], 4);
}

TEST_F(Csv, QuotesHoldSeparatorsQuotesAndLineEnds) {
  const Array array = read("\"a,b\",\"c\"\"d\",\"e\nf\"\n\"1\",2,3\n");
  EXPECT_EQ(array.columns, (std::vector<std::string>{"a,b", "c\"d", "e\nf"}));
  EXPECT_EQ(listed(array.values), (std::vector<double>{1, 2, 3}));
}

TEST_F(Csv, TextColumnsAreReadByName) {
  const std::string path = file("subject,x,label\ns1,1,walk\ns2,2, sit \n");
  EXPECT_EQ(read_labels(path, "label"), (std::vector<std::string>{"walk", "sit"}));
  const Array array = read_csv(path, {"subject", "label"});
  EXPECT_EQ(array.columns, (std::vector<std::string>{"x"}));
  EXPECT_EQ(listed(array.values), (std::vector<double>{1, 2}));
  EXPECT_EQ(error_of([&] { read_labels(path, "labels"); }),
            path + ": unknown column 'labels'; known: label, subject, x (did you mean 'label'?)");
  EXPECT_EQ(error_of([&] { read_csv(path, {"subject", "x", "label"}); }),
            path + ": no column is left (expected at least one that is not left out)");
}

TEST_F(Csv, ColumnsAreChosenInTheOrderGiven) {
  const std::string path = file("time,x,label,2\n0,1,walk,7\n1,2,sit,8\n");
  const Array array = read_columns(path, {"2", "1"});  // a name comes before a number
  EXPECT_EQ(array.columns, (std::vector<std::string>{"2", "time"}));
  EXPECT_EQ(listed(array.values), (std::vector<double>{7, 0, 8, 1}));
  EXPECT_EQ(listed(read_columns(file("1,2\n3,4\n"), {"2"}).values), (std::vector<double>{2, 4}));
}

TEST_F(Csv, ColumnsThatCannotBeChosen) {
  const std::string path = file("time,x,label\n0,1,walk\n");
  EXPECT_EQ(error_of([&] { read_columns(path, {"4"}); }), path + ": there is no column 4 (expected 1 to 3)");
  EXPECT_EQ(error_of([&] { read_columns(path, {"tine"}); }),
            path + ": unknown column 'tine'; known: label, time, x (did you mean 'time'?)");
  EXPECT_EQ(error_of([&] { read_columns(path, {"x", "2"}); }),
            path + ": column '2' is chosen twice (expected every column once)");
  EXPECT_EQ(error_of([&] { read_columns(path, {"label"}); }),
            path +
                ": line 2, column 'label': cell is not a number (expected one, or a blank for a missing value, got "
                "'walk'); columns of text are read by name");
}

TEST_F(Csv, BadCellNamesLineAndColumn) {
  EXPECT_EQ(
      error("a,b\n1,2\n3,x\n"),
      "line 3, column 'b': cell is not a number (expected one, or a blank for a missing value, got 'x'); columns of "
      "text are read by name");
  EXPECT_EQ(
      error("1,2\n3,0x10\n"),
      "line 2, column '2': cell is not a number (expected one, or a blank for a missing value, got '0x10'); columns "
      "of text are read by name");
  EXPECT_EQ(
      error("a\n\"1\n\"\nx\n"),
      "line 2, column 'a': cell is not a number (expected one, or a blank for a missing value, got '1\n'); columns of "
      "text are read by name");
}

TEST_F(Csv, RaggedRows) {
  EXPECT_EQ(error("a,b\n1,2\n3\n"), "line 3: row has another length (expected 2 cells, got 1)");
  EXPECT_EQ(error("a,b\n1,2,3\n"), "line 2: row has another length (expected 2 cells, got 3)");
  EXPECT_EQ(error("a,b\n1,2\n\n3,4\n"), "line 3: row has another length (expected 2 cells, got 1)");
}

TEST_F(Csv, LineNumbersCountQuotedLineEnds) {
  EXPECT_EQ(error("\"a\nb\",c\n1,2\n3\n"), "line 4: row has another length (expected 2 cells, got 1)");
}

TEST_F(Csv, DamagedQuotes) {
  EXPECT_EQ(error("a,b\n1,\"2\n"), "line 2: quote is never closed (expected a closing quote, got the file's end)");
  EXPECT_EQ(error("a,b\n1,\"2\"3\n"), "line 2: text follows a closing quote (expected the next cell, got '3')");
}

TEST_F(Csv, EmptyFiles) {
  EXPECT_EQ(error(""), "holds no rows (expected a table of numbers, got an empty file)");
  EXPECT_EQ(error("\n \n"), "holds no rows (expected a table of numbers, got an empty file)");
  EXPECT_EQ(error("a,b\n"), "holds no rows (expected a table of numbers, got only a header)");
  EXPECT_EQ(error_of([] { read_csv("/nowhere/a.csv"); }),
            "/nowhere/a.csv: cannot be opened (No such file or directory)");
}

TEST_F(Csv, ABlankTableTakesNoTime) {
  const auto start = std::chrono::steady_clock::now();
  std::string text;
  for (int row = 0; row < 200'000; ++row) text += "\t\n";
  EXPECT_EQ(read(text, "blank.tsv").values.size(0), 200'000);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));  // it took a minute
}

TEST_F(Csv, UnknownEndings) {
  EXPECT_EQ(error_of([] { open_array("/nowhere/a.xyz"); }),
            "/nowhere/a.xyz: no reader knows this kind of file (expected .npy .csv .tsv .txt .idx -idx3-ubyte .bin "
            ".png .jpg .jpeg .wav .flac .ogg, got '.xyz')");
}

}  // namespace
}  // namespace lathe
