/// Which parameters and buffers a glob freezes, and that what trained before trains again.
#include "lathe/graph/freeze.h"

#include "lathe/base/text.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

Graph network() {
  Builder builder;
  Value x = conv(builder.input("x", {2, 8}), "block1.conv", {.out = 3, .kernel = 3});
  x = batch_norm(x, "block1.bn1");
  x = fir(dropout(relu(x, "block1.relu"), "block1.drop", 0.5), "block1.down", {.taps = {0.5, 0.5}, .stride = 2});
  return builder.finish({linear(flatten(x, "features"), "head", {.out = 2})});
}

std::string frozen_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ConstNamedParam& entry : named_params(graph))
    if (entry.param->buffer ? entry.param->frozen : !entry.param->value.requires_grad()) names.push_back(entry.name);
  return join(names);
}

TEST(Freeze, AGlobMeansNodesAndParameters) {
  Graph graph = network();
  freeze(graph, {"block1.bn1", "head.bias"});
  EXPECT_EQ(frozen_names(graph),
            "block1.bn1.weight, block1.bn1.bias, block1.bn1.running_mean, block1.bn1.running_var, "
            "block1.bn1.num_batches_tracked, head.bias");
  EXPECT_TRUE(is_frozen(graph.node("block1.bn1")));
  for (const char* name : {"head", "block1.conv", "block1.drop", "block1.down", "x"})
    EXPECT_FALSE(is_frozen(graph.node(name))) << name;
}

TEST(Freeze, AllButLeavesOneBlock) {
  Graph graph = network();
  freeze_all_but(graph, {"head"});
  EXPECT_TRUE(is_frozen(graph.node("block1.conv")));
  EXPECT_TRUE(is_frozen(graph.node("block1.down")));
  EXPECT_FALSE(is_frozen(graph.node("head")));
}

TEST(Freeze, ANormWithoutWeightsIsFrozenByItsBuffers) {
  Builder builder;
  const Value x = batch_norm(builder.input("x", {2, 4}), "norm", {.affine = false});
  Graph graph = builder.finish({conv(x, "conv", {.out = 2})});
  EXPECT_FALSE(is_frozen(graph.node("norm")));
  freeze(graph, {"norm.running_*"});
  EXPECT_FALSE(is_frozen(graph.node("norm")));  // it still counts its batches
  freeze(graph, {"norm"});
  EXPECT_TRUE(is_frozen(graph.node("norm")));
}

TEST(Freeze, TheGuardGivesBackWhatTrained) {
  Graph graph = network();
  graph.node("head").params.find("bias")->value.set_requires_grad(false);
  {
    const FreezeGuard guard(graph);
    freeze(graph, {"block1.*"});
    graph.node("head").params.find("bias")->value.set_requires_grad(true);
  }
  EXPECT_EQ(frozen_names(graph), "head.bias");
}

TEST(Freeze, RefusesASlipAndAnEmptyRest) {
  Graph graph = network();
  EXPECT_EQ(error_of([&] { freeze(graph, {"head", "blok1.*"}); }),
            "the glob 'blok1.*' matches none of block1.conv, block1.bn1, block1.down, head (did you mean "
            "'block1.*'?)");
  EXPECT_EQ(error_of([&] { freeze(graph, {"block1"}); }),
            "the glob 'block1' matches none of block1.conv, block1.bn1, block1.down, head (did you mean "
            "'block1.*'?)");
  EXPECT_EQ(error_of([&] { freeze(graph, {"blockade.*"}); }),
            "the glob 'blockade.*' matches none of block1.conv, block1.bn1, block1.down, head (did you mean "
            "'block1.*'?)");
  EXPECT_EQ(error_of([&] { freeze(graph, {"block1.relu"}); }),
            "the glob 'block1.relu' matches none of block1.conv, block1.bn1, block1.down, head");
  EXPECT_EQ(error_of([&] { freeze(graph, {"head", "block*"}); }),
            "freezing head, block* would leave no parameter that trains");
  EXPECT_EQ(error_of([&] { freeze_all_but(graph, {"block1.down"}); }),
            "freezing all but block1.down would leave no parameter that trains");
  EXPECT_EQ(frozen_names(graph), "");
}

}  // namespace
}  // namespace lathe
