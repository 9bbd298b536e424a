/// Words and dates of .npy files, in the bytes that NumPy writes.
#include "lathe/data/readers/npy_words.h"

#include "lathe/base/files.h"
#include "tests/data/npy_bytes.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using Words = std::vector<std::string>;

class NpyWords : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::filesystem::path write(const std::string& descr, const std::string& shape, const std::string& items) {
    write_atomic(folder_ / "a.npy", npy_bytes(descr, shape, items));
    return folder_ / "a.npy";
  }
  std::string error(const std::function<void()>& work) {
    const std::string sentence = error_of(work), head = (folder_ / "a.npy").string() + ": ";
    return sentence.starts_with(head) ? sentence.substr(head.size()) : sentence;
  }
};

TEST_F(NpyWords, AreReadInAllSpellings) {
  EXPECT_EQ(read_words(write("<U5", "2,", utf32({"sleep", "é☃"}, 5))), (Words{"sleep", "é☃"}));
  EXPECT_EQ(read_words(write(">U2", "1,", std::string("\0\0\0a\0\0\0b", 8))), Words{"ab"});
  EXPECT_EQ(read_words(write("|S3", "2, 1", std::string("ab\0cde", 6))), (Words{"ab", "cde"}));
  EXPECT_TRUE(holds_words(folder_ / "a.npy"));
  EXPECT_FALSE(holds_dates(folder_ / "a.npy"));
  EXPECT_FALSE(holds_words(folder_ / "b.npy"));
  EXPECT_FALSE(holds_words(write("<i8", "1,", std::string(8, '\0'))));
}

TEST_F(NpyWords, DatesAreSecondsSince1970) {
  EXPECT_EQ(listed(read_dates(write("<M8[ns]", "2,", int64s({1'399'469'399'500'000'000, -1'500'000'000})))),
            (std::vector<double>{1399469399.5, -1.5}));
  EXPECT_EQ(listed(read_dates(write("<M8[s]", "1,", int64s({12})))), std::vector<double>{12});
  EXPECT_EQ(listed(read_dates(write("<M8[ms]", "1,", int64s({12})))), std::vector<double>{0.012});
  EXPECT_EQ(error([&] { read_dates(write("<M8[D]", "1,", int64s({12}))); }),
            "holds dates of another unit (expected s, ms, us or ns, got dtype '<M8[D]')");
  EXPECT_EQ(error([&] { read_dates(write("<M8[s]", "2,", int64s({12, std::numeric_limits<int64_t>::min()}))); }),
            "row 1 has no date (NaT)");
}

TEST_F(NpyWords, FilesThatLieAboutTheirSizeAreRefused) {
  EXPECT_EQ(error([&] { read_words(write("<U5", "3,", utf32({"sleep"}, 5))); }),
            "file is cut short (expected 3 items of 20 bytes, got 20 bytes)");
  EXPECT_EQ(error([&] { read_words(write("<U5", "0,", utf32({"sleep"}, 5))); }),
            "bytes follow the array (expected 0 items of 20 bytes, got 20 bytes)");
  EXPECT_EQ(error([&] { read_words(write("<U99999999999999999999", "1,", "")); }),
            "header is damaged (expected words of some letters, got dtype '<U99999999999999999999')");
  EXPECT_EQ(error([&] { read_words(write("|S1", "2, 2", "abcd")); }), "has 2 axes (expected 1, one a row)");
}

}  // namespace
}  // namespace lathe
