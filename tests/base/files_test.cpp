#include "lathe/base/files.h"

#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
namespace fs = std::filesystem;

TEST(Files, AtomicWriteReplacesTheWholeFile) {
  const test::ScratchFolder scratch;
  write_atomic(scratch / "a.txt", "a longer first text");
  write_atomic(scratch / "a.txt", "short");
  EXPECT_EQ(read_text(scratch / "a.txt"), "short");
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()), 1);
}

TEST(Files, FailedWriteLeavesTheOldFileAndNothingElse) {
  const test::ScratchFolder scratch;
  write_atomic(scratch / "a.txt", "old");
  EXPECT_EQ(error_of([&] {
              write_atomic(scratch / "a.txt", [](const auto& append) {
                append("half");
                fail("the producer stopped");
              });
            }),
            "the producer stopped");
  EXPECT_EQ(read_text(scratch / "a.txt"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()), 1);
}

TEST(Files, FullDiskIsOneSentence) {
  // /dev/full accepts an open and answers every write with "no space left".
  const test::ScratchFolder scratch;
  fs::create_symlink("/dev/full", scratch / "full");
  EXPECT_EQ(error_of([&] { write_atomic("/nowhere/at/all.txt", "x"); }),
            "/nowhere/at/all.txt: cannot be written (No such file or directory)");
}

TEST(Files, MissingFileAndFolderInsteadOfFile) {
  EXPECT_EQ(error_of([] { read_text("/nowhere.txt"); }), "/nowhere.txt: cannot be opened (No such file or directory)");
  const test::ScratchFolder scratch;
  EXPECT_EQ(error_of([&] { read_text(scratch.path()); }), scratch.path().string() + ": is a folder, expected a file");
}

TEST(Files, EmptyFileReadsAsEmptyText) {
  const test::ScratchFolder scratch;
  write_atomic(scratch / "empty", "");
  EXPECT_EQ(read_text(scratch / "empty"), "");
}

TEST(Files, FolderThatIsAFile) {
  const test::ScratchFolder scratch;
  write_atomic(scratch / "file", "x");
  EXPECT_EQ(error_of([&] { make_folder(scratch / "file"); }).find((scratch / "file").string()), 0U);
}

TEST(Files, AForgottenMapReadsTheSameAgain) {
  const test::ScratchFolder scratch;
  write_atomic(scratch / "a.bin", std::string(100'000, 'x'));
  const MappedFile map(scratch / "a.bin");
  const auto sum = [&] {
    int64_t total = 0;
    for (const std::byte byte : map.bytes()) total += static_cast<int64_t>(byte);
    return total;
  };
  const int64_t before = sum();
  MappedFile::forget(map.bytes().data() + 5);
  EXPECT_EQ(sum(), before);
  std::vector<int> own(50'000, 7);  // no map: must not become zeros
  MappedFile::forget(own.data());
  EXPECT_EQ(std::count(own.begin(), own.end(), 7), 50'000);
}

}  // namespace
}  // namespace lathe
