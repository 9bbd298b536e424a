/// Fifty steps of training by the fused kernel banks beside LibTorch's own operations: the same curve.
#include <ATen/ops/randn.h>

#include "lathe/data/readers/npy.h"
#include "lathe/kernels/method_guard.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

/// The 85 real windows of the first fold, normalised; noise with a hidden rule where the recordings are not there.
TensorBatches rows() {
  if (real_data() && std::filesystem::exists(*real_data() / "troika-ppg")) {
    const auto later = [](const char* name) {
      return open_npy(*real_data() / "troika-ppg" / name).values.to(at::kDouble).narrow(0, 28, 85);
    };
    const Tensor centred = later("scaled_ppgs.npy").sub(later("scaled_ppgs.npy").mean(1, true));
    return TensorBatches({centred.div(centred.square().mean(1, true).sqrt()).to(at::kFloat).unsqueeze(1)},
                         {later("seg_labels.npy").to(at::kFloat)});
  }
  at::manual_seed(5);
  const Tensor x = at::randn({20, 1, 1920});
  return TensorBatches({x}, {x.squeeze(1).cumsum(1).gt(0).to(at::kFloat)});
}

/// The segmenter of sample_nets.h with a weighted sum in place of its last convolution: that is what can be fused.
Graph fusible(const Graph& plain) {
  at::manual_seed(0);
  Builder net;
  const Value x = net.input("input", {1, 1920});
  std::vector<Value> banks;
  for (const std::string number : {"1", "2", "3"}) {
    const int64_t length = plain.node("conv" + number).params["weight"].size(2);
    banks.push_back(relu(conv(x, "conv" + number, {.out = 8, .kernel = length, .same = true}), "relu" + number));
  }
  return net.finish({sigmoid(weighted_sum(concat(banks, "concat"), "mix"), "probability")});
}

std::vector<double> curve(Graph graph) {
  std::vector<double> losses;
  fit(graph, rows(),
      {.optimizer = {.kind = "adam", .learning_rate = 0.01, .weight_decay = 1e-4},
       .schedule = {.kind = "linear", .end_factor = 0.2, .length = 512},
       .epochs = 50,
       .on_step = [&](const StepReport& report) { losses.push_back(report.loss); }});
  return losses;
}

TEST(FusedCurve, FiftyLossesEqualThoseOfLibTorchsOperations) {
  const Graph plain = segmenter(0, 8, {192, 96, 64}, 1920);
  const Graph graph = fusible(plain);
  ASSERT_TRUE(graph.node("mix").op->fusion(graph, graph.index("mix")).has_value());
  const std::vector<double> expected = curve(plain);
  ASSERT_LT(expected.back(), 0.9 * expected.front());
  for (const KernelBankMethod method : {KernelBankMethod::direct, KernelBankMethod::fft}) {
    const KernelMethodGuard guard(method);
    const std::vector<double> losses = curve(clone(graph));
    ASSERT_EQ(losses.size(), expected.size());
    for (size_t step = 0; step < losses.size(); ++step)
      EXPECT_NEAR(losses[step], expected[step], 1e-4 * expected[step]) << "step " << step;
  }
}

}  // namespace
}  // namespace lathe
