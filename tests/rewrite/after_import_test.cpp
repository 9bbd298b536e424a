/// The channel axis that a network adds to its windows becomes the input's own.
#include "lathe/rewrite/after_import.h"

#include <ATen/Context.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

TEST(AddSignalChannel, TheSameNumbersOnWindowsWithTheAxis) {
  at::manual_seed(4);
  Builder builder;
  const Value x = unsqueeze(builder.input("x", {12}), "up", {1});
  Graph graph = builder.finish({conv(x, "conv", {.out = 2, .kernel = 3})});
  const Tensor windows = at::randn({3, 12}), before = run(graph, windows);
  EXPECT_TRUE(add_signal_channel(graph));
  EXPECT_EQ(shapes(graph)[0], (Shape{1, 1, 12}));
  EXPECT_EQ(graph.nodes.size(), 2U);
  EXPECT_TRUE(run(graph, windows.unsqueeze(1)).equal(before));
  EXPECT_FALSE(add_signal_channel(graph));
}

TEST(AddSignalChannel, AnInputThatOthersReadStays) {
  Builder builder;
  const Value x = builder.input("x", {12});
  Graph graph = builder.finish({unsqueeze(x, "up", {1}), relu(x, "relu")});
  EXPECT_FALSE(add_signal_channel(graph));
  Builder other;
  Graph behind = other.finish({unsqueeze(other.input("x", {12}), "up", {2})});
  EXPECT_FALSE(add_signal_channel(behind));
}

}  // namespace
}  // namespace lathe
