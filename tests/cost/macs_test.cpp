/// The conventions against figures that torch-pruning and torchinfo gave for the same networks in PyTorch.
#include "lathe/cost/macs.h"

#include "lathe/cost/cost.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

struct Block {
  int64_t out = 0, first = 3, second = 3, stride = 1;
  bool project = false;
};

Value conv_norm(Value x, const std::string& name, const std::string& norm, int64_t out, int64_t kernel,
                int64_t stride) {
  x = conv(x, name,
           {.out = out, .kernel = kernel, .stride = stride, .padding = {kernel / 2, kernel / 2}, .bias = false});
  return batch_norm(x, norm);
}

Value basic_block(Value x, const std::string& name, const Block& block) {
  Value y = relu(conv_norm(x, name + ".conv1", name + ".bn1", block.out, block.first, block.stride), name + ".relu1");
  y = conv_norm(y, name + ".conv2", name + ".bn2", block.out, block.second, 1);
  if (block.project) x = conv_norm(x, name + ".short", name + ".short_bn", block.out, 1, block.stride);
  return relu(add({y, x}, name + ".sum"), name + ".relu2");
}

/// CP-ResNet for acoustic scenes, 32 channels everywhere, 256 mel bands × 44 frames.
Graph cp_resnet() {
  Builder builder;
  Value x = conv(builder.input("x", {1, 256, 44}), "in",
                 {.out = 32, .kernel = 5, .stride = 2, .padding = {1, 1}, .bias = false});
  x = max_pool(hard_swish(batch_norm(x, "in_bn"), "in_act"), "pool1", {.kernel = 2, .stride = 2});
  x = max_pool(basic_block(x, "s1b1", {32, 3, 1}), "pool2", {.kernel = {2, 1}, .stride = {2, 1}});
  x = max_pool(basic_block(x, "s1b2", {32, 3, 3}), "pool3", {.kernel = {2, 1}, .stride = {2, 1}});
  x = basic_block(x, "s2b1", {32, 3, 1});
  for (const char* name : {"s2b2", "s3b1", "s3b2"}) x = basic_block(x, name, {32, 1, 1});
  return builder.finish({global_average_pool(conv_norm(x, "head", "head_bn", 10, 1, 1), "mean")});
}

Graph resnet18() {
  Builder builder;
  Value x = relu(conv_norm(builder.input("x", {3, 224, 224}), "conv1", "bn1", 64, 7, 2), "relu");
  x = max_pool(x, "pool", {.kernel = 3, .stride = 2, .padding = {1, 1}});
  int64_t width = 64;
  for (int layer = 1; layer <= 4; ++layer, width *= 2)
    for (int block = 0; block < 2; ++block) {
      const bool first = block == 0 && layer > 1;
      x = basic_block(x, fmt::format("layer{}.{}", layer, block), {width, 3, 3, first ? 2 : 1, first});
    }
  return builder.finish({linear(global_average_pool(x, "mean"), "fc", {.out = 1000})});
}

int64_t macs(const Graph& graph, std::string_view convention) {
  return cost(graph, {}, convention).macs;
}

TEST(Macs, CpResNetInEveryConvention) {
  const Graph graph = cp_resnet();
  EXPECT_EQ(cost(graph).parameters, 47028);
  EXPECT_EQ(macs(graph, "conv"), 16804320);
  EXPECT_EQ(macs(graph, "torch-pruning"), 17390612);
  EXPECT_EQ(macs(graph, "torchinfo"), 16805172);
}

TEST(Macs, ResNet18InEveryConvention) {
  const Graph graph = resnet18();
  EXPECT_EQ(cost(graph).parameters, 11689512);
  EXPECT_EQ(macs(graph, "conv"), 1814073344);
  EXPECT_EQ(macs(graph, "torch-pruning"), 1822177768);
}

/// One layer at a time, counted by hand.
std::vector<int64_t> of_each(Value (*build)(Value), std::string_view convention, Shape input = {4, 20}) {
  Builder builder;
  const Graph graph = builder.finish({build(builder.input("x", std::move(input)))});
  std::vector<int64_t> counts;
  for (const NodeCost& node : cost(graph, {}, convention).nodes) counts.push_back(node.macs);
  return counts;
}
using Counts = std::vector<int64_t>;

TEST(Macs, BiasesCountAtEveryPositionOfAConvolution) {
  const auto build = [](Value x) { return conv(x, "c", {.out = 6, .kernel = 5, .groups = 2}); };  // 16 positions
  EXPECT_EQ(of_each(build, "conv"), (Counts{0, 6 * 2 * 5 * 16}));
  EXPECT_EQ(of_each(build, "torch-pruning"), (Counts{0, (6 * 2 * 5 + 6) * 16}));
  EXPECT_EQ(of_each(build, "torchinfo"), (Counts{0, (6 * 2 * 5 + 6) * 16}));
}

TEST(Macs, TransposedConvolutionsCountOutputPositionsInTheOthersConventions) {
  const auto build = [](Value x) { return conv_transpose(x, "c", {.out = 3, .kernel = 2, .stride = 2}); };  // 20 -> 40
  EXPECT_EQ(of_each(build, "conv"), (Counts{0, 4 * 3 * 2 * 20}));
  EXPECT_EQ(of_each(build, "torch-pruning"), (Counts{0, (4 * 3 * 2 + 3) * 40}));
  EXPECT_EQ(of_each(build, "torchinfo"), (Counts{0, (4 * 3 * 2 + 3) * 40}));
}

TEST(Macs, ALinearLayerOnASequenceCountsItsStepsButNotInTorchinfo) {
  const auto build = [](Value x) { return linear(x, "l", {.out = 7}); };  // [4, 20] -> [4, 7]
  EXPECT_EQ(of_each(build, "conv"), (Counts{0, 4 * 20 * 7}));
  EXPECT_EQ(of_each(build, "torch-pruning"), (Counts{0, 4 * 20 * 7 + 7}));
  EXPECT_EQ(of_each(build, "torchinfo"), (Counts{0, 20 * 7 + 7}));
}

TEST(Macs, WorkOnSingleValuesCountsInTorchPruningAlone) {
  const auto build = [](Value x) {
    x = prelu(gelu(elu(leaky_relu(relu(x, "relu"), "leaky"), "elu"), "gelu"), "prelu");
    x = batch_norm(batch_norm(x, "norm"), "plain_norm", {.affine = false});
    x = sigmoid(hard_swish(clip(x, "relu6", {.min = 0, .max = 6}), "swish"), "gate");
    return global_average_pool(max_pool(dropout(x, "drop", 0.1), "pool", {}), "mean");
  };
  EXPECT_EQ(of_each(build, "torch-pruning"), (Counts{0, 80, 80, 80, 80, 80, 160, 80, 80, 0, 0, 0, 80, 40}));
  EXPECT_EQ(of_each(build, "torchinfo"), (Counts{0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(of_each(build, "conv"), Counts(14, 0));
}

TEST(Macs, TheBatchDoesNotCount) {
  const Graph graph = cp_resnet();
  for (const MacConvention& convention : mac_conventions())
    EXPECT_EQ(cost(graph, {{8, 1, 256, 44}}, convention.name).macs, macs(graph, convention.name)) << convention.name;
}

TEST(Macs, AnUnknownConventionListsTheKnownOnes) {
  EXPECT_EQ(test::error_of([] { macs(resnet18(), "torchinf"); }),
            "unknown convention 'torchinf'; known: conv, torch-pruning, torchinfo (did you mean 'torchinfo'?)");
}

}  // namespace
}  // namespace lathe
