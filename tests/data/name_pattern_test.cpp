/// Patterns of file names: what matches, what it says, and what is no pattern.
#include "lathe/data/readers/name_pattern.h"

#include "tests/support/support.h"

namespace lathe {
namespace {

using Values = std::vector<std::string>;

std::optional<Values> matched(const std::string& pattern, const std::string& name) {
  return NamePattern(pattern).match(name);
}

TEST(NamePatterns, TakeNamesApart) {
  EXPECT_EQ(NamePattern("{label}_{speaker}_{index}").parts(), (Values{"label", "speaker", "index"}));
  EXPECT_EQ(matched("{label}_{speaker}_{index}", "7_theo_12"), (Values{"7", "theo", "12"}));
  EXPECT_EQ(matched("{scene}-{city}-{}-{}-{device}", "public_square-lyon-1-12-a"),
            (Values{"public_square", "lyon", "1", "12", "a"}));
  EXPECT_EQ(matched("{speaker}/take{index}", "george/take3"), (Values{"george", "3"}));
  EXPECT_EQ(matched("clip {n}.part", "clip 5.part"), (Values{"5"}));
  EXPECT_EQ(matched("fixed", "fixed"), Values{});
}

TEST(NamePatterns, DoNotMatchWhatHasMoreOrFewerParts) {
  EXPECT_EQ(matched("{label}_{index}", "7_theo_12"), std::nullopt);
  EXPECT_EQ(matched("{label}_{speaker}_{index}", "7_theo"), std::nullopt);
  EXPECT_EQ(matched("{label}_{index}", "_12"), std::nullopt);
  EXPECT_EQ(matched("{label}_{index}", "7_"), std::nullopt);
  EXPECT_EQ(matched("{label}_x{index}", "7_y1"), std::nullopt);
  EXPECT_EQ(matched("{label}", "a/b"), std::nullopt);
  EXPECT_EQ(matched("fixed", "fixed2"), std::nullopt);
  EXPECT_EQ(matched("{label}.part", "x"), std::nullopt);
}

TEST(NamePatterns, AreFilledIn) {
  EXPECT_EQ(NamePattern("{a}-{b}!").filled([](const std::string& part) { return part + part; }), "aa-bb!");
}

TEST(NamePatterns, ThatAreNone) {
  const auto error = [](const std::string& text) { return test::error_of([&] { NamePattern{text}; }); };
  EXPECT_EQ(error("{label}_{index"),
            "pattern '{label}_{index': a brace is never closed (expected '}' behind '{index')");
  EXPECT_EQ(error("label}_{index}"), "pattern 'label}_{index}': a brace is closed that was never opened");
  EXPECT_EQ(error("{label}_{label}"),
            "pattern '{label}_{label}': part 'label' is there twice (expected every name once)");
  EXPECT_EQ(error("{label}{index}"),
            "pattern '{label}{index}': nothing stands between two parts (expected text, as in {a}_{b})");
  EXPECT_EQ(error("{a/b}"), "pattern '{a/b}': '{a/b}' is no name of a part");
}

}  // namespace
}  // namespace lathe
