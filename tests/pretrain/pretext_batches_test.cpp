/// Windows that are changed as they are loaded: labels that say what was done, draws that can be repeated.
#include "lathe/pretrain/pretext_batches.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <numeric>

#include "tests/pretrain/sample_windows.h"

namespace lathe {
namespace {

using namespace test;

std::vector<int64_t> numbers(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

PretrainOptions all_tasks() {
  PretrainOptions options;
  options.tasks = {{"arrow_of_time"}, {"scale"}, {"permutation"}, {"time_warp"}};
  return options;
}

TEST(PretextBatches, LabelsAreOneInTwoAndIndependent) {
  at::manual_seed(1);
  const TensorBatches rows = batches(walking(4000, 60, 1));
  const Batch batch = PretextBatches(rows, all_tasks()).load(numbers(4000));
  ASSERT_EQ(batch.targets.size(), 4U);
  for (size_t task = 0; task < 4; ++task) {
    EXPECT_NEAR(batch.targets[task].to(at::kFloat).mean().item<double>(), 0.5, 0.03);
    for (size_t other = 0; other < task; ++other)
      EXPECT_NEAR(batch.targets[task].mul(batch.targets[other]).to(at::kFloat).mean().item<double>(), 0.25, 0.03);
  }
}

TEST(PretextBatches, LabelsSayWhichWindowsWereChanged) {
  PretrainOptions options;
  options.tasks = {{"permutation"}};
  options.positive_ratio = 0.3;
  options.axis_swap = options.rotation = false;
  at::manual_seed(1);
  const at::Tensor windows = walking(1000, 60, 1);
  const TensorBatches rows = batches(windows);
  const Batch batch = PretextBatches(rows, options).load(numbers(1000));
  const at::Tensor same = batch.inputs[0].eq(windows).flatten(1).all(1);
  EXPECT_TRUE(at::equal(same, batch.targets[0].eq(0)));
  EXPECT_NEAR(batch.targets[0].to(at::kFloat).mean().item<double>(), 0.3, 0.04);
}

TEST(PretextBatches, DrawsFollowFromLibTorchsGenerator) {
  const TensorBatches rows = batches(walking(40, 60, 1));
  const PretextBatches windows(rows, all_tasks());
  at::manual_seed(1);
  const Batch first = windows.load(numbers(40)), second = windows.load(numbers(40));
  EXPECT_FALSE(at::equal(first.inputs[0], second.inputs[0]));
  at::manual_seed(1);
  EXPECT_TRUE(at::equal(windows.load(numbers(40)).inputs[0], first.inputs[0]));
}

TEST(PretextBatches, HeldOutWindowsAreTheSameHoweverTheyAreLoaded) {
  const TensorBatches rows = batches(walking(40, 60, 1));
  const PretextBatches windows = PretextBatches::held_out(rows, all_tasks());
  at::manual_seed(1);
  const Batch whole = windows.load(numbers(40));
  at::manual_seed(2);
  const Batch last = windows.load(std::vector<int64_t>{39, 7});
  EXPECT_TRUE(at::equal(last.inputs[0][0], whole.inputs[0][39]));
  EXPECT_TRUE(at::equal(last.inputs[0][1], whole.inputs[0][7]));
  EXPECT_EQ(last.targets[3][1].item<int64_t>(), whole.targets[3][7].item<int64_t>());
}

TEST(PretextBatches, ViewsAreDrawnEachByItself) {
  const TensorBatches rows = batches(walking(20, 60, 1));
  for (const PretextBatches& windows :
       {PretextBatches(rows, all_tasks(), 2), PretextBatches::held_out(rows, all_tasks(), 2)}) {
    const Batch batch = windows.load(numbers(20));
    ASSERT_EQ(batch.inputs[0].size(0), 40);
    EXPECT_FALSE(at::equal(batch.inputs[0].narrow(0, 0, 20), batch.inputs[0].narrow(0, 20, 20)));
    EXPECT_EQ(batch.targets[0].size(0), 40);
  }
}

/// With the tasks' labels as drawn, turning and swapping keep each sample's length.
TEST(PretextBatches, AugmentationKeepsTheLengthOfEverySample) {
  PretrainOptions plain = all_tasks(), turned = all_tasks();
  plain.axis_swap = plain.rotation = false;
  const TensorBatches rows = batches(walking(50, 60, 1));
  at::manual_seed(4);
  const Batch before = PretextBatches(rows, plain).load(numbers(50));
  at::manual_seed(4);
  const Batch after = PretextBatches(rows, turned).load(numbers(50));
  const auto length = [](const Batch& batch) { return at::linalg_vector_norm(batch.inputs[0], 2, 1); };
  EXPECT_LE((length(before) - length(after)).abs().max().item<double>(), 1e-5);
  EXPECT_GT((before.inputs[0] - after.inputs[0]).abs().max().item<double>(), 0.1);
  EXPECT_TRUE(at::equal(at::stack(before.targets), at::stack(after.targets)));
}

TEST(PretextBatches, TheDataStayAsTheyAre) {
  const at::Tensor windows = walking(30, 60, 1);
  const at::Tensor before = windows.clone();
  const TensorBatches rows = batches(windows);
  PretextBatches(rows, all_tasks()).load(numbers(30));
  EXPECT_TRUE(at::equal(windows, before));
}

TEST(PretextBatches, WindowsOfOtherSensorsAreNotTurned) {
  const TensorBatches rows = batches(walking(9, 60, 1).narrow(1, 0, 1).contiguous());
  PretrainOptions options;
  EXPECT_EQ(PretextBatches(rows, options).load(numbers(9)).inputs[0].size(1), 1);
  options.rotation = true;
  EXPECT_EQ(error_of([&] { PretextBatches(rows, options); }),
            "augmentation 'rotation': moves the three axes of a sensor (expected rows [3, T], got [1, 60])");
}

}  // namespace
}  // namespace lathe
