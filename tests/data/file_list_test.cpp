/// Which files make a set and what is known of each: by folders, by names, by a table.
#include "lathe/data/readers/file_list.h"

#include "tests/data/made_files.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;
using Words = std::vector<std::string>;

class FileLists : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string here() const { return folder_.path().string(); }
  void touch(const std::string& name, const std::string& text = "") {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_atomic(folder_ / name, text);
  }
};

TEST_F(FileLists, ClassesAreFolders) {
  touch("dog/b.png");
  touch("dog/deep/a.png");
  touch("cat/a.jpg");
  touch("cat/notes.txt");
  touch("cat/.hidden.png");
  touch(".cache/x/a.png");
  const FileList list = list_folder(folder_.path());
  EXPECT_EQ(list.names, (Words{"cat/a.jpg", "dog/b.png", "dog/deep/a.png"}));
  EXPECT_EQ(list.labels, (Words{"cat", "dog", "dog"}));
  EXPECT_EQ(list.parts.at("file"), list.names);
  EXPECT_TRUE(list.holds == Holds::image);
}

TEST_F(FileLists, WithoutFoldersThereAreNoClasses) {
  touch("b.wav");
  touch("a.wav");
  const FileList list = list_folder(folder_.path());
  EXPECT_EQ(list.names, (Words{"a.wav", "b.wav"}));
  EXPECT_TRUE(list.labels.empty());
  EXPECT_TRUE(list.holds == Holds::clip);
  EXPECT_EQ(list_folder(folder_ / "a.wav").names, Words{"a.wav"});
}

TEST_F(FileLists, FoldersThatCannotBe) {
  const auto error = [&] { return error_of([&] { list_folder(folder_.path()); }); };
  touch("readme.md");
  EXPECT_EQ(
      error(),
      here() +
          ": holds no image, no recording and no table (expected .png .jpg .jpeg .wav .flac .ogg .csv .tsv .txt, got 1 "
          "other file)");
  touch("cat/a.png");
  std::filesystem::create_directories(folder_ / "dog");
  EXPECT_EQ(error(), here() + ": class folder 'dog' holds no sample (expected at least one of .png .jpg .jpeg)");
  touch("z.png");
  EXPECT_EQ(error(),
            here() +
                ": 'z.png' lies beside the class folders (expected every file in the folder of its class); 'exclude' "
                "leaves files out");
  touch("dog/a.wav");
  EXPECT_EQ(error(),
            here() + ": holds images beside recordings (expected one of them, got 'cat/a.png' and 'dog/a.wav')");
}

TEST_F(FileLists, NamesSayWhatIsKnown) {
  touch("7_theo_12.wav");
  touch("0_george_3.wav");
  for (const char* pattern : {"{label}_{speaker}_{index}", "{label}_{speaker}_{index}.wav"}) {
    const FileList list = list_by_name(folder_.path(), pattern);
    EXPECT_EQ(list.labels, (Words{"0", "7"}));
    EXPECT_EQ(list.parts.at("speaker"), (Words{"george", "theo"}));
    EXPECT_EQ(list.parts.at("index"), (Words{"3", "12"}));
  }
  EXPECT_TRUE(list_by_name(folder_.path(), "{digit}_{}_{index}").labels.empty());
  touch("odd.wav");
  EXPECT_EQ(error_of([&] { list_by_name(folder_.path(), "{label}_{speaker}_{index}"); }),
            here() +
                ": 1 of 3 names do not match '{label}_{speaker}_{index}', the first is 'odd.wav'; 'exclude' leaves "
                "files out");
}

TEST_F(FileLists, FoldersAreInThePatternToo) {
  touch("set/theo/7-1.wav");
  touch("set/george/3-2.wav");
  const FileList list = list_by_name(folder_.path(), "{speaker}/{label}-{index}");
  EXPECT_EQ(list.labels, (Words{"3", "7"}));
  EXPECT_EQ(list.parts.at("speaker"), (Words{"george", "theo"}));
}

TEST_F(FileLists, ATableNamesFilesAndClasses) {
  touch("audio/a.wav");
  touch("audio/b.wav");
  touch("audio/unlisted.wav");
  touch("meta.csv", "filename\tscene_label\tidentifier\naudio/b.wav\ttram\tlyon-1\naudio/a.wav\tbus\tparis-2\n");
  const FileList list = list_by_table(folder_.path(), folder_ / "meta.csv", {"", "scene_label"}, Corrupt::refuse);
  EXPECT_EQ(list.names, (Words{"audio/b.wav", "audio/a.wav"}));
  EXPECT_EQ(list.labels, (Words{"tram", "bus"}));
  EXPECT_EQ(list.parts.at("identifier"), (Words{"lyon-1", "paris-2"}));
}

TEST_F(FileLists, TablesThatDoNotFitTheFolder) {
  touch("a.wav");
  const auto error = [&](const std::string& table, Corrupt rule = Corrupt::refuse) {
    touch("t.csv", table);
    return error_of([&] { list_by_table(folder_.path(), folder_ / "t.csv", {"file", "class"}, rule); });
  };
  const std::string where = (folder_ / "t.csv").string();
  EXPECT_EQ(error("file,class\nb.wav,x\na.wav,y\nc.wav,x\n"),
            where + ": 2 of 3 files are not there, the first is 'b.wav' (expected them below '" + here() + "')");
  EXPECT_EQ(list_by_table(folder_.path(), folder_ / "t.csv", {"file", "class"}, Corrupt::skip).missing,
            (Words{"b.wav", "c.wav"}));
  EXPECT_EQ(error("file,class\nb.wav,x\n", Corrupt::skip),
            where + ": 1 of 1 files are not there, the first is 'b.wav' (expected them below '" + here() + "')");
  EXPECT_EQ(error("file,class\na.wav,x\na.wav,y\n"), where + ": names 'a.wav' twice (expected every file once)");
  EXPECT_EQ(error("file,klass\na.wav,x\n"),
            where + ": unknown column 'class'; known: file, klass (did you mean 'klass'?)");
  touch("notes.md");
  EXPECT_EQ(
      error("file,class\nnotes.md,x\n"),
      where + ": " + (folder_ / "notes.md").string() +
          ": is no image, no recording and no table (expected .png .jpg .jpeg .wav .flac .ogg .csv .tsv .txt, got "
          "'.md')");
  EXPECT_EQ(error("file,class\na.wav,x\nt.csv,x\n"),
            where + ": " + here() + ": holds recordings beside tables (expected one of them, got 'a.wav' and 't.csv')");
}

TEST_F(FileLists, WhatIsNotWantedIsLeftOut) {
  for (const char* name : {"cat/a.wav", "cat/b.wav", "dog/a.wav", "dog_MODEL/a.wav", "readme.wav"}) touch(name);
  const FileList list = list_folder(folder_.path(), {"*_MODEL*", "cat/b.*", "readme.wav", "eel/*"});
  EXPECT_EQ(list.names, (Words{"cat/a.wav", "dog/a.wav"}));
  EXPECT_EQ(list.labels, (Words{"cat", "dog"}));
  EXPECT_EQ(list.excluded, (Words{"cat/b.wav", "dog_MODEL/a.wav", "readme.wav"}));
  EXPECT_EQ(list_by_name(folder_.path(), "{label}/{take}", {"*_MODEL*", "readme.wav"}).labels,
            (Words{"cat", "cat", "dog"}));
}

TEST_F(FileLists, TextIsATableWhereNothingBetterIs) {
  touch("a.csv");
  touch("readme.txt");
  EXPECT_EQ(list_folder(folder_.path()).names, Words{"a.csv"});
  std::filesystem::remove(folder_ / "a.csv");
  EXPECT_EQ(list_folder(folder_.path()).names, Words{"readme.txt"});
}

}  // namespace
}  // namespace lathe
