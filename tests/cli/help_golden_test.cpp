/// The help of every verb, word for word. After a change on purpose: LATHE_APPROVE=1 build/tests/test_cli_golden, then
/// read the difference before committing it.
#include <cstdlib>

#include "lathe/cli/verb.h"
#include "tests/cli/program.h"

namespace lathe {
namespace {

using namespace test;
namespace fs = std::filesystem;

void expect_approved(const std::string& name, const std::string& text) {
  const fs::path file = source_folder() / "tests" / "cli" / "golden" / (name + ".txt");
  if (std::getenv("LATHE_APPROVE") != nullptr) write_atomic(file, text);
  ASSERT_TRUE(fs::exists(file)) << file << " is not there; see the top of this file";
  EXPECT_EQ(text, read_text(file)) << file;
}

TEST(Help, OfTheProgram) {
  const ScratchFolder folder;
  expect_approved("lathe", lathe_in(folder.path(), {"--help"}).out);
}

TEST(Help, OfEveryVerb) {
  const ScratchFolder folder;
  for (const Verb& verb : verbs()) {
    const Outcome outcome = lathe_in(folder.path(), {std::string(verb.name), "--help"});
    EXPECT_EQ(outcome.code, 0) << verb.name;
    EXPECT_EQ(outcome.error, "") << verb.name;
    expect_approved(std::string(verb.name), outcome.out);
  }
}

TEST(Help, NoGoldenFileIsLeftOver) {
  for (const auto& entry : fs::directory_iterator(source_folder() / "tests" / "cli" / "golden")) {
    const std::string name = entry.path().stem().string();
    EXPECT_TRUE(name == "lathe" || verbs().find(name) != nullptr) << entry.path();
  }
}

TEST(Help, EveryVerbKnowsJson) {
  const ScratchFolder folder;
  for (const Verb& verb : verbs())
    EXPECT_NE(lathe_in(folder.path(), {std::string(verb.name), "--help"}).out.find("--json"), std::string::npos)
        << verb.name;
}

TEST(Help, VersionIsOneLine) {
  const ScratchFolder folder;
  const Outcome outcome = lathe_in(folder.path(), {"--version"});
  EXPECT_EQ(outcome.out.rfind("lathe ", 0), 0U);
  EXPECT_EQ(outcome.out.find('\n'), outcome.out.size() - 1);
}

}  // namespace
}  // namespace lathe
