/// Groups: units that thin out the same layers.
#include "lathe/graph/groups.h"

#include <gtest/gtest.h>

#include "lathe/ops/layers.h"

namespace lathe {
namespace {

TEST(Groups, AResidualStageIsOneGroup) {
  Builder builder;
  const Value stem = conv(builder.input("x", {1, 8}), "stem", {.out = 4, .kernel = 1});
  const Value branch = conv(relu(stem, "relu"), "branch", {.out = 4, .kernel = 1});
  const Graph graph = builder.finish({conv(add({stem, branch}, "sum"), "head", {.out = 2, .kernel = 1})});
  const std::vector<ChannelGroup> groups = channel_groups(graph);
  ASSERT_EQ(groups.size(), 3U);  // the input channel that the stem reads, the stage, the output
  EXPECT_EQ(groups[1].name, "stem");
  EXPECT_EQ(groups[1].units.size(), 4U);
  const std::vector<Cut> cuts = {{1, "bias", 0},   {1, "weight", 0}, {3, "bias", 0},
                                 {3, "weight", 0}, {3, "weight", 1}, {5, "weight", 1}};
  EXPECT_EQ(groups[1].cuts, cuts);
  EXPECT_FALSE(groups[1].pinned);
  EXPECT_TRUE(groups[0].pinned && groups[2].pinned);
}

TEST(Groups, EntriesOfAFlattenedChannelLieSideBySide) {
  Builder builder;
  const Value x = conv(builder.input("x", {1, 5}), "conv", {.out = 3, .kernel = 1, .bias = false});
  const Graph graph = builder.finish({linear(flatten(x, "flat"), "head", {.out = 2})});
  const std::vector<ChannelGroup> groups = channel_groups(graph);
  const Unit& second = groups[1].units.at(1);
  EXPECT_EQ(groups[1].name, "conv");
  EXPECT_EQ(entries_of(second, {3, "weight", 1}), (std::vector<int64_t>{5, 6, 7, 8, 9}));
  EXPECT_EQ(entries_of(second, {1, "weight", 0}), (std::vector<int64_t>{1}));
}

}  // namespace
}  // namespace lathe
