#include "lathe/base/text.h"

#include <gtest/gtest.h>

namespace lathe {
namespace {

TEST(Text, UnknownNameListsAndSuggests) {
  EXPECT_EQ(unknown_name("criterion", "taylr", {"taylor", "magnitude", "bn_scale"}),
            "unknown criterion 'taylr'; known: bn_scale, magnitude, taylor (did you mean 'taylor'?)");
}

TEST(Text, UnknownNameStaysSilentWhenNothingIsNear) {
  EXPECT_EQ(unknown_name("op", "zzzzzz", {"conv", "relu"}), "unknown op 'zzzzzz'; known: conv, relu");
}

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(with_commas(8592), "8,592");
  EXPECT_EQ(with_commas(-1234567), "-1,234,567");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_seconds(0.034), "34ms");
  EXPECT_EQ(human_seconds(75.2), "1m15s");
  EXPECT_EQ(human_seconds(3720), "1h02m");
}

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
}

}  // namespace
}  // namespace lathe
