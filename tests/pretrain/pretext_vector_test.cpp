/// Warps, turns and losses against scipy, NumPy and PyTorch (tools/make_pretext_vectors.py).
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/exec/run.h"
#include "lathe/formats/safetensors.h"
#include "lathe/pretrain/method.h"
#include "lathe/pretrain/tasks/cubic_spline.h"
#include "lathe/pretrain/tasks/time_warp.h"
#include "tests/pretrain/sample_windows.h"

namespace lathe {
namespace {

class PretextVector : public testing::Test {
 protected:
  const TensorFile file_ = read_safetensors(test::source_folder() / "tests/vectors/pretext.safetensors");
  const double tolerance_ = std::stod(file_.metadata.at("tolerance"));

  const at::Tensor& at(const std::string& name) const {
    const at::Tensor* found = file_.find(name);
    if (found == nullptr) throw std::runtime_error(name);
    return *found;
  }
  double error(const at::Tensor& got, const std::string& name) const {
    EXPECT_EQ(got.sizes(), at(name).sizes()) << name;
    return (got - at(name)).abs().max().item<double>();
  }
};

std::vector<double> values(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), tensor.const_data_ptr<double>() + tensor.numel()};
}

TEST_F(PretextVector, SpeedsAndClocksEqualScipys) {
  for (const std::string name : {"warp_6_100.", "warp_4_40.", "warp_9_80."}) {
    const at::Tensor &knots = at(name + "knots"), &speeds = at(name + "speeds"), &clocks = at(name + "clock");
    for (int64_t row = 0; row < knots.size(0); ++row) {
      const std::vector<double> ours = CubicSpline(values(knots[row])).sampled(speeds.size(1));
      EXPECT_LE((at::tensor(ours) - speeds[row]).abs().max().item<double>(), 1e-12) << name;
      EXPECT_LE((at::tensor(warped_clock(ours)) - clocks[row]).abs().max().item<double>(), 1e-10) << name;
    }
  }
}

TEST_F(PretextVector, WarpedWindowsEqualNumPys) {
  for (const std::string name : {"warp_6_100.", "warp_4_40.", "warp_9_80."}) {
    const at::Tensor warped = at(name + "windows").clone();
    for (int64_t row = 0; row < warped.size(0); ++row)
      read_by_clock(values(at(name + "clock")[row]),
                    {warped[row].mutable_data_ptr<float>(), static_cast<size_t>(warped.size(1))});
    EXPECT_LE(error(warped, name + "warped"), tolerance_) << name;
  }
}

TEST_F(PretextVector, TurnsEqualNumPysDrawForDraw) {
  for (const char* name : {"rotation", "axis_swap"}) {
    at::manual_seed(std::stoull(file_.metadata.at("seed")));
    AugmentRows rows{.inputs = at("windows")};
    augmentations().at(name).prepare(Settings()).apply(rows);
    EXPECT_LE(error(rows.inputs, name), tolerance_) << name;
  }
}

/// One step: loss and every gradient of a network with three heads, tasks weighted.
TEST_F(PretextVector, TheTasksLossAndItsGradientsEqualPyTorchs) {
  Builder builder;
  Value x = builder.input("input", {3, 40});
  x = global_average_pool(relu(conv(x, "conv", {.out = 5, .kernel = 7, .padding = {3}}), "relu"), "mean");
  Graph graph = builder.finish({linear(x, "classifier", {.out = 4})});
  PretrainOptions options;
  options.tasks = {{"time_warp", 0.5}, {"arrow_of_time", 1}, {"permutation", 2}};
  const auto method = make_pretext_method(options);
  Graph network = method->network(graph, "");
  const at::NoGradGuard filling;
  for (const NamedParam& entry : named_params(network)) entry.param->value.copy_(at("network.value." + entry.name));
  const at::AutoGradMode gradients(true);
  const Batch batch{{at("network.x")}, at("network.labels").unbind(0)};
  const at::Tensor loss = method->loss()->mean(run(network, batch.inputs, {.training = true}).outputs, batch);
  loss.backward();
  EXPECT_LE(error(loss.detach().reshape({1}), "network.loss"), tolerance_);
  EXPECT_EQ(named_params(network).size(), 8U);
  for (const NamedParam& entry : named_params(network))
    EXPECT_LE(error(entry.param->value.grad(), "network.gradient." + entry.name), tolerance_) << entry.name;
}

TEST_F(PretextVector, NtXentAndItsGradientEqualPyTorchs) {
  PretrainOptions options;
  options.method = "contrastive";
  const at::Tensor views = at("nt_xent.views").clone().requires_grad_(true);
  const at::Tensor loss = make_pretext_method(options)->loss()->mean({views}, Batch{{views}});
  loss.backward();
  EXPECT_LE(error(loss.detach().reshape({1}), "nt_xent.loss"), tolerance_);
  EXPECT_LE(error(views.grad(), "nt_xent.gradient"), tolerance_);
}

TEST_F(PretextVector, NtXentOfTwoPairs) {
  PretrainOptions options;
  options.method = "contrastive";
  options.temperature = 0.5;
  const at::Tensor views = at::tensor({1., 0., 0., 1., 1., 1., 1., -1.}, at::kFloat).reshape({4, 2});
  const auto method = make_pretext_method(options);
  EXPECT_NEAR(method->loss()->mean({views}, Batch{{views}}).item<double>(), 1.950183, 1e-6);
}

}  // namespace
}  // namespace lathe
