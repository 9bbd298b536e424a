/// The zip directory: what torch.save and Python's zipfile write, and every field that can lie.
#include "lathe/formats/zip_archive.h"

#include "lathe/base/files.h"
#include "lathe/base/rng.h"
#include "tests/formats/zip_writer.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace std::string_literals;
using test::error_of;
using test::little;
using test::patched;
using test::zip_of;

std::string complaint(const std::string& bytes) {
  return error_of([&] {
    const ZipArchive zip(bytes);
    for (const auto& [name, entry] : zip.entries()) zip.data(name, entry);
  });
}

/// Two entries: "a" at byte 0 (data at 31), "b/c" at byte 36 (data at 69), directory at 72, end record at 168.
std::string good() {
  return zip_of({{"a", "hello"}, {"b/c", "you"}});
}

TEST(ZipArchive, GivesEveryEntryAsItIsStored) {
  const std::string bytes = good();
  const ZipArchive zip(bytes);
  ASSERT_EQ(zip.entries().size(), 2U);
  EXPECT_EQ(zip.data("a", *zip.find("a")), "hello");
  EXPECT_EQ(zip.data("b/c", *zip.find("b/c")), "you");
  EXPECT_EQ(zip.find("c"), nullptr);
}

TEST(ZipArchive, ReadsZip64) {
  const std::string bytes = good();
  std::string big = bytes.substr(0, 168);
  big += "PK\6\6" + little<uint64_t>(44) + std::string(12, '\0') + little<uint64_t>(2) + little<uint64_t>(2) +
         little<uint64_t>(96) + little<uint64_t>(72) + "PK\6\7" + std::string(4, '\0') + little<uint64_t>(168) +
         little<uint32_t>(1) + "PK\5\6" + std::string(16, '\xff') + little<uint16_t>(0);
  const ZipArchive zip(big);
  EXPECT_EQ(zip.data("b/c", *zip.find("b/c")), "you");
  EXPECT_EQ(complaint(patched(big, 168, "PQ")), "byte 168: no zip64 record stands where byte 232 says");
}

TEST(ZipArchive, EndMayBeFollowedByAComment) {
  const std::string bytes = good();
  const std::string remark = bytes.substr(0, bytes.size() - 2) + little<uint16_t>(6) + "PK\5\6hi";
  EXPECT_EQ(ZipArchive(remark).entries().size(), 2U);
}

TEST(ZipArchive, RefusesAnythingThatIsNotWhole) {
  const std::string bytes = good();
  EXPECT_EQ(complaint(""), "the zip archive has no directory at its end; the file is cut short");
  EXPECT_EQ(complaint(bytes.substr(0, bytes.size() - 1)),
            "the zip archive has no directory at its end; the file is cut short");
  EXPECT_EQ(complaint(" " + bytes), "byte 72: no entry of the zip directory stands here");
  EXPECT_EQ(complaint(patched(bytes, 168 + 16, little<uint32_t>(0xfffffff0))),
            "byte 168: the zip directory is said to be 96 bytes from byte 4294967280 on, which is not inside the "
            "archive");
  EXPECT_EQ(complaint(patched(bytes, 168 + 10, little<uint16_t>(3))),
            "byte 72: the zip directory is said to hold 3 entries, but it holds 2");
}

TEST(ZipArchive, RefusesEntriesThatLie) {
  const std::string bytes = good();
  EXPECT_EQ(complaint(patched(bytes, 72 + 42, little<uint32_t>(1))),
            "byte 1: no header of the zip entry 'a' stands here");
  EXPECT_EQ(complaint(patched(bytes, 30, "z")), "byte 0: the header of the zip entry 'a' bears another name");
  EXPECT_EQ(complaint(patched(bytes, 72 + 20, little<uint32_t>(4000) + little<uint32_t>(4000))),
            "byte 31: the zip entry 'a' is said to have 4000 bytes, more than there are");
  EXPECT_EQ(complaint(patched(bytes, 72 + 24, little<uint32_t>(6))),
            "byte 31: the zip entry 'a' is stored as it is, but has 5 bytes here and 6 unpacked");
  EXPECT_EQ(complaint(patched(bytes, 72 + 20, little<uint32_t>(6) + little<uint32_t>(6))),
            "byte 36: two zip entries lie over one another");
  EXPECT_EQ(complaint(zip_of({{"a", "1"}, {"a", "2"}})), "byte 32: the zip entry 'a' is there twice");
}

TEST(ZipArchive, RefusesWhatItDoesNotUnpack) {
  EXPECT_EQ(complaint(zip_of({{"a", "xx", 8}})),
            "byte 0: the zip entry 'a' is compressed (expected entries stored as they are, as torch.save writes them)");
  EXPECT_EQ(complaint(zip_of({{"a", "xx", 0, 1}})), "byte 0: the zip entry 'a' is encrypted");
}

TEST(ZipArchive, NoticesAFlippedBit) {
  const std::string long_text(1003, 'x');
  std::string bytes = zip_of({{"a", long_text}});
  EXPECT_EQ(complaint(bytes), "(no error)");
  bytes[31 + 1001] = 'y';
  EXPECT_EQ(complaint(bytes), "byte 31: the zip entry 'a' is damaged: its checksum does not match");
}

TEST(ZipArchive, AnyDamageIsASentence) {
  Rng rng(5);
  int refused = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string bytes = good();
    for (int64_t spots = rng.below(4); spots >= 0; --spots)
      bytes[static_cast<size_t>(rng.below(static_cast<int64_t>(bytes.size())))] = static_cast<char>(rng.below(256));
    if (rng.below(4) == 0) bytes.resize(static_cast<size_t>(rng.below(static_cast<int64_t>(bytes.size()))));
    refused += complaint(bytes) != "(no error)";
  }
  EXPECT_GT(refused, 12'000);
}

}  // namespace
}  // namespace lathe
