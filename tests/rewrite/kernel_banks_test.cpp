/// Which parts of a graph count as banks of learned kernels.
#include "lathe/rewrite/kernel_banks.h"

#include "lathe/ops/layers.h"
#include "tests/rewrite/sample_banks.h"

namespace lathe {
namespace {

using namespace test;

TEST(KernelBanks, EveryBankOfASegmenterIsFound) {
  const Graph graph = segmenter({4, 3, 2}, {8, 5, 3});
  const std::vector<KernelBank> banks = kernel_banks(graph);
  ASSERT_EQ(banks.size(), 3U);
  EXPECT_EQ(banks[1].conv, graph.index("conv2"));
  EXPECT_EQ(banks[1].activation, graph.index("relu2"));
  EXPECT_EQ(banks[1].reader, graph.index("mix"));
  EXPECT_EQ(banks[1].columns, (std::vector<int64_t>{4, 5, 6}));
  EXPECT_EQ(banks[2].kernels.size(), 2U);
}

TEST(KernelBanks, AnActivationWithoutScalingIsNoBank) {
  Builder net;
  const Value x = net.input("input", {1, 40});
  EXPECT_TRUE(kernel_banks(net.finish({weighted_sum(sigmoid(conv(x, "conv", {.out = 4, .kernel = 5}), "act"), "mix")}))
                  .empty());
}

TEST(KernelBanks, TwoInputChannelsAreNoBank) {
  Builder net;
  const Value x = net.input("input", {2, 40});
  EXPECT_TRUE(
      kernel_banks(net.finish({weighted_sum(relu(conv(x, "conv", {.out = 4, .kernel = 5}), "act"), "mix")})).empty());
}

TEST(KernelBanks, KernelsThatAreReadTwiceAreNoBank) {
  Builder net;
  const Value kernels = relu(conv(net.input("input", {1, 40}), "conv", {.out = 4, .kernel = 5}), "act");
  EXPECT_TRUE(kernel_banks(net.finish({weighted_sum(kernels, "mix"), weighted_sum(kernels, "mix2")})).empty());
}

TEST(KernelBanks, AConvThatLooksAroundIsNoWeightedSum) {
  Builder net;
  const Value kernels = relu(conv(net.input("input", {1, 40}), "conv", {.out = 4, .kernel = 5}), "act");
  EXPECT_TRUE(kernel_banks(net.finish({conv(kernels, "reader", {.out = 2, .kernel = 3})})).empty());
}

TEST(KernelBanks, AConvOfLengthOneIsAWeightedSum) {
  Builder net;
  const Value kernels = relu(conv(net.input("input", {1, 40}), "conv", {.out = 4, .kernel = 5}), "act");
  const std::vector<KernelBank> banks = kernel_banks(net.finish({conv(kernels, "reader", {.out = 2})}));
  ASSERT_EQ(banks.size(), 1U);
}

}  // namespace
}  // namespace lathe
