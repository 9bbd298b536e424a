/// IDX arrays: every type, plain and packed, and every way in which a file can be wrong.
#include "lathe/data/readers/idx.h"

#include <ATen/ops/equal.h>

#include "lathe/base/files.h"
#include "tests/data/made_files.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;

class Idx : public testing::Test {
 protected:
  ScratchFolder folder_;
  const std::filesystem::path plain_ = folder_ / "x-idx3-ubyte", packed_ = folder_ / "x-idx3-ubyte.gz";

  at::Tensor read(const std::string& bytes) {
    write_atomic(plain_, bytes);
    return open_array(plain_).values;
  }
  std::string error(const std::string& bytes) {
    const std::string sentence = error_of([&] { read(bytes); }), where = plain_.string() + ": ";
    return sentence.rfind(where, 0) == 0 ? sentence.substr(where.size()) : sentence;
  }
};

TEST_F(Idx, NamesAreKnown) {
  for (const char* name :
       {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte.gz", "train-images.idx3-ubyte", "x.idx", "x.idx.gz"})
    EXPECT_TRUE(accepts_idx(name)) << name;
  for (const char* name : {"x.gz", "side-idxes", "x.npy", "idx3"}) EXPECT_FALSE(accepts_idx(name)) << name;
}

TEST_F(Idx, ImagesOfBytesHaveOneChannelWhetherPackedOrNot) {
  const std::string bytes =
      idx_head(8, {2, 2, 3}) + std::string("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\xff", 12);
  const at::Tensor images = read(bytes);
  EXPECT_EQ(images.sizes(), at::IntArrayRef({2, 1, 2, 3}));
  EXPECT_EQ(images.scalar_type(), at::kByte);
  EXPECT_EQ(listed(images), (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255}));
  write_packed(packed_, bytes);
  EXPECT_TRUE(at::equal(open_array(packed_).values, images));
  write_atomic(packed_, bytes);  // unpacked by a browser that left it its name
  EXPECT_TRUE(at::equal(open_array(packed_).values, images));
}

TEST_F(Idx, NumbersOfEveryTypeAreBigEndian) {
  EXPECT_EQ(listed(read(idx_head(8, {2}) + "\x07\xff")), (std::vector<double>{7, 255}));
  EXPECT_EQ(listed(read(idx_head(9, {2}) + "\x07\xff")), (std::vector<double>{7, -1}));
  EXPECT_EQ(listed(read(idx_head(11, {2}) + std::string("\x01\x00\xff\xfe", 4))), (std::vector<double>{256, -2}));
  EXPECT_EQ(listed(read(idx_head(12, {1}) + std::string("\x00\x01\x00\x00", 4))), (std::vector<double>{65536}));
  EXPECT_EQ(listed(read(idx_head(13, {1}) + std::string("\xbf\xc0\x00\x00", 4))), (std::vector<double>{-1.5}));
  EXPECT_EQ(listed(read(idx_head(14, {1}) + std::string("\x40\x04\x00\x00\x00\x00\x00\x00", 8))),
            (std::vector<double>{2.5}));
  EXPECT_EQ(read(idx_head(13, {1, 1, 1}) + std::string(4, '\0')).dim(), 3);  // only bytes are images
}

TEST_F(Idx, WhatIsNoIdxFile) {
  EXPECT_EQ(error(""), "file is cut short (expected 4 more bytes of header, got 0)");
  EXPECT_EQ(error("PK\x03\x04"), "is not an IDX file (expected two zero bytes at its start, got 50 4b)");
  EXPECT_EQ(error(std::string("\0\0\x07\x01", 4)),
            "IDX type is unknown (expected 08 uint8, 09 int8, 0b int16, 0c int32, 0d float32 or 0e float64, got 07)");
  EXPECT_EQ(error(std::string("\0\0\x08\x05", 4)), "IDX array has 5 axes (expected 1 to 4)");
  EXPECT_EQ(error(std::string("\0\0\x08\x01\0\0", 6)), "file is cut short (expected 4 more bytes of header, got 2)");
}

TEST_F(Idx, SizesThatTheFileDoesNotHold) {
  EXPECT_EQ(error(idx_head(8, {2, 3}) + "12345"), "file is cut short (expected 6 bytes for uint8 [2, 3], got 5)");
  EXPECT_EQ(error(idx_head(8, {2, 3}) + "1234567"),
            "bytes follow the array (expected 6 bytes for uint8 [2, 3], got 7)");
  EXPECT_EQ(error(idx_head(14, {0xffffffff, 0xffffffff, 0xffffffff})),
            "header is damaged (expected a size that fits in 63 bits, got shape [4294967295, 4294967295])");
  EXPECT_EQ(error(idx_head(14, {0, 0xffffffff, 0xffffffff})),
            "header is damaged (expected a size that fits in 63 bits, got shape [0, 4294967295, 4294967295])");
}

TEST_F(Idx, PackedFilesThatAreDamaged) {
  const std::string where = packed_.string() + ": ";
  const auto packed_error = [&] { return error_of([&] { open_array(packed_); }); };
  const std::string bytes = idx_head(8, {300, 7}) + std::string(2100, 'x');
  write_packed(packed_, bytes);
  const std::string whole = read_text(packed_);
  write_atomic(packed_, whole.substr(0, whole.size() - 9));
  EXPECT_EQ(packed_error(),
            where + "compressed data is cut short (expected the end of the gzip stream, got the file's end)");
  std::string changed = whole;
  changed[whole.size() - 6] ^= 0x55;
  write_atomic(packed_, changed);
  EXPECT_EQ(packed_error(), where + "compressed data is damaged (zlib: incorrect data check)");
  write_packed(packed_, bytes + "y");
  EXPECT_EQ(packed_error(), where + "bytes follow the array (expected 2100 bytes for uint8 [300, 7], got more)");
  write_packed(packed_, idx_head(8, {300, 7}) + "x");
  EXPECT_EQ(packed_error(), where + "file is cut short (expected 2100 bytes for uint8 [300, 7], got 1)");
  write_packed(packed_, idx_head(8, {2'000'000'000, 28, 28}));
  EXPECT_EQ(packed_error(),
            where + "file is cut short (expected 1568000000000 bytes for uint8 [2000000000, 28, 28], which " +
                std::to_string(std::filesystem::file_size(packed_)) + " compressed bytes cannot hold)");
}

TEST_F(Idx, TwoMembersAreOneFile) {
  write_packed(packed_, idx_head(8, {4}) + "ab");
  const std::string first = read_text(packed_);
  write_packed(packed_, "cd");
  write_atomic(packed_, first + read_text(packed_));
  EXPECT_EQ(listed(open_array(packed_).values), (std::vector<double>{97, 98, 99, 100}));
}

}  // namespace
}  // namespace lathe
