/// The learned-kernel models: published counts, PyTorch's initial weights, settings.
#include "lathe/models/kernel_models.h"

#include <ATen/Context.h>
#include <ATen/ops/rand.h>

#include "lathe/cost/cost.h"
#include "lathe/exec/run.h"
#include "tests/models/build.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::build;
using test::error_of;
using test::list;
using test::settings_of;
using test::whole;

TEST(KernelSegmenter, AllPublishedSizesHaveThePublishedCounts) {
  for (const int64_t kernels : {4, 8, 16, 24, 32, 64, 128, 256, 512}) {
    const Cost total = cost(build("kernel_segmenter", {{"kernels", whole(kernels)}}));
    EXPECT_EQ(total.parameters, 358 * kernels);
    EXPECT_EQ(total.macs, 352 * kernels * 1920);
  }
}

TEST(KernelClassifier, CountsAreThePublishedOnes) {
  const auto parameters = [](int64_t kernels, int64_t classes) {
    return cost(build("kernel_classifier", {{"kernels", whole(kernels)}, {"classes", whole(classes)}})).parameters;
  };
  EXPECT_EQ(parameters(24, 2), 9308);
  EXPECT_EQ(parameters(24, 3), 9702);
  EXPECT_EQ(parameters(24, 4), 10096);
  EXPECT_EQ(parameters(128, 2), 46852);
  EXPECT_EQ(parameters(128, 3), 47558);
  EXPECT_EQ(parameters(128, 4), 48264);
}

TEST(KernelSegmenter, BanksMayDifferInCountAndNumber) {
  const Cost three = cost(build("kernel_segmenter", {{"kernels", list({24, 12, 8})}}));
  EXPECT_EQ(three.parameters, 24 * 194 + 12 * 98 + 8 * 66);
  EXPECT_EQ(three.macs, (24 * 192 + 12 * 96 + 8 * 64) * 1920);
  const Cost one = cost(build("kernel_segmenter", {{"kernels", list({5})}, {"lengths", list({7})}}));
  EXPECT_EQ(one.parameters, 5 * 9);
}

TEST(KernelSegmenter, TheFirstOutputIsExactlyOneHalf) {
  const Tensor output = run(build("kernel_segmenter", {{"kernels", whole(4)}}), at::rand({2, 1, 1920}));
  EXPECT_EQ(output.sizes(), at::IntArrayRef({2, 1, 1920}));
  EXPECT_TRUE(output.eq(0.5).all().item<bool>());
}

/// The first three taps and the first bias of torch.manual_seed(0); Conv1d(1, 24, 192), (1, 24, 96), (1, 24, 64).
TEST(KernelSegmenter, InitialWeightsAreThoseOfPyTorch) {
  at::manual_seed(0);
  const Graph graph = build("kernel_segmenter", {{"kernels", whole(24)}});
  const std::vector<std::vector<float>> expected = {
      {-0.0005403147079050541F, 0.03871447965502739F, -0.059398166835308075F, 0.06464742869138718F},
      {0.07947840541601181F, 0.06194842979311943F, -0.03897927701473236F, -0.029039787128567696F},
      {0.07204224169254303F, 0.12305417656898499F, 0.10698223114013672F, 0.10988596081733704F}};
  for (size_t bank = 0; bank < expected.size(); ++bank) {
    const Params& conv = graph.node("conv" + std::to_string(bank + 1)).params;
    for (int64_t tap = 0; tap < 3; ++tap)
      EXPECT_EQ(conv["weight"][0][0][tap].item<float>(), expected[bank][static_cast<size_t>(tap)]);
    EXPECT_EQ(conv["bias"][0].item<float>(), expected[bank][3]);
  }
}

/// As above, then Linear(72 + 321, 3).
TEST(KernelClassifier, InitialWeightsAreThoseOfPyTorch) {
  at::manual_seed(0);
  const Graph graph = build("kernel_classifier", {});
  const Params& linear = graph.node("classifier").params;
  EXPECT_EQ(linear["weight"][0][0].item<float>(), -0.014675046317279339F);
  EXPECT_EQ(linear["weight"][0][2].item<float>(), 0.01494636107236147F);
  EXPECT_EQ(linear["bias"][2].item<float>(), -0.04228760302066803F);
}

TEST(KernelClassifier, LogitsAreOneRowAWindow) {
  const Graph graph = build("kernel_classifier", {{"kernels", whole(2)}, {"samples", whole(200)}});
  EXPECT_EQ(run(graph, at::rand({5, 1, 200})).sizes(), at::IntArrayRef({5, 3}));
}

TEST(Models, UnknownNamesAndSettingsAreRefusedWithASuggestion) {
  EXPECT_EQ(error_of([] { build("kernel_segmentor", {}); }),
            "unknown model 'kernel_segmentor'; known: conv1d, cp_resnet, deep_cnn, harnet, harnet_pretext, k_winners_cnn, "
            "kernel_classifier, kernel_segmenter, lenet, light_cnn, mlp (did you mean 'kernel_segmenter'?)");
  EXPECT_EQ(error_of([] { build("kernel_segmenter", {{"kernel", whole(8)}}); }),
            "test:1: unknown key 'kernel'; known: kernels, lengths, samples (did you mean 'kernels'?)");
}

TEST(Models, SettingsThatMakeNoBanksAreRefused) {
  EXPECT_EQ(error_of([] { build("kernel_segmenter", {{"kernels", list({4, 4})}}); }),
            "test:1: 'kernels' has 2 counts for 3 lengths (expected one, or one a length)");
  EXPECT_EQ(error_of([] { build("kernel_segmenter", {{"kernels", whole(0)}}); }),
            "test:1: 'kernels' and 'lengths' must be at least 1 each");
  EXPECT_EQ(error_of([] { build("kernel_classifier", {{"classes", whole(1)}}); }),
            "test:1: 'classes' is 1 (expected at least 2)");
  EXPECT_EQ(error_of([] { build("kernel_classifier", {{"samples", whole(100)}}); }),
            "node 'conv1': conv: a kernel that reaches over 192 samples does not fit into 100 (padding included)");
}

}  // namespace
}  // namespace lathe
