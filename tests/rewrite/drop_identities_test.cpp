/// What goes, what stays, and that the outputs are the same to the last bit.
#include "lathe/rewrite/drop_identities.h"

#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Names = std::vector<std::string>;

TEST(DropIdentities, DropoutAndOtherNodesThatDoNothing) {
  Builder builder;
  Value x = dropout(builder.input("x", {2, 6}), "drop1", 0.3);
  x = pad(relu(pad(x, "pad_nothing", {.padding = {0, 0}}), "act"), "pad", {.padding = {1, 0}});
  x = max_pool(average_pool(x, "one", {.kernel = 1, .stride = 1}), "two", {.kernel = 1, .stride = 1});
  x = flatten(max_pool(clip(x, "open", {}), "pool", {}), "flat");
  x = clip(flatten(dropout(x, "drop2", 0.5), "flat_again"), "closed", {.max = 1});
  Graph graph = builder.finish({linear(x, "head", {.out = 2})});
  const Tensor input = at::randn({3, 2, 6}), before = run(graph, input);
  EXPECT_EQ(drop_identities(graph), (Names{"drop1", "pad_nothing", "one", "two", "open", "drop2", "flat_again"}));
  EXPECT_TRUE(run(graph, input).equal(before));
  EXPECT_EQ(graph.nodes.size(), 7U);
  EXPECT_EQ(drop_identities(graph), Names{});
}

TEST(DropIdentities, AnOutputBecomesTheOutputOfWhatItRead) {
  Builder builder;
  const Value y = relu(builder.input("x", {2, 6}), "act");
  Graph graph = builder.finish({dropout(y, "drop", 0.3), sigmoid(y, "other")});
  EXPECT_EQ(drop_identities(graph), Names{"drop"});
  EXPECT_EQ(graph.nodes[static_cast<size_t>(graph.outputs[0])].name, "act");
  EXPECT_EQ(graph.nodes[static_cast<size_t>(graph.outputs[1])].name, "other");
}

TEST(DropIdentities, ANodeBetweenInputAndOutputStays) {
  Builder builder;
  Graph graph = builder.finish({dropout(dropout(builder.input("x", {2, 6}), "first", 0.3), "last", 0.3)});
  EXPECT_EQ(drop_identities(graph), Names{"first"});
  EXPECT_EQ(graph.nodes.size(), 2U);
}

TEST(DropIdentities, PoolsThatSkipOrPadAreNone) {
  Builder builder;
  const Value x = relu(builder.input("x", {2, 6}), "act");
  Graph graph = builder.finish({max_pool(x, "skips", {.kernel = 1, .stride = 2}),
                                max_pool(x, "sees_two", {.kernel = 2, .stride = 1}), relu(x, "out")});
  EXPECT_EQ(drop_identities(graph), Names{});
}

}  // namespace
}  // namespace lathe
