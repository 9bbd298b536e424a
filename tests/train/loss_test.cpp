/// Losses with known values, their weights, and shapes that do not fit.
#include "lathe/train/loss.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "lathe/train/batches.h"
#include "lathe/train/order.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

double loss_of(const LossOptions& options, const Tensor& output, const Tensor& target) {
  return make_loss(options)->mean({output}, {{}, {target}}).item<double>();
}

TEST(Loss, HalfIsLn2ForBothFormsOfBce) {
  const Tensor labels = at::tensor({0.0, 1.0, 1.0, 0.0}).reshape({2, 2});  // float64 labels, output with a channel axis
  EXPECT_NEAR(loss_of({.kind = "bce"}, at::zeros({2, 1, 2}).add(0.5), labels), std::log(2.0), 1e-7);
  EXPECT_NEAR(loss_of({.kind = "bce_with_logits"}, at::zeros({2, 1, 2}), labels), std::log(2.0), 1e-7);
}

TEST(Loss, WeightedCrossEntropyDividesByTheWeightsMet) {
  const Tensor scores = at::tensor({2., 1., 0., 0., 1., 2., 1., 1., 1.}).reshape({3, 3});
  const Tensor classes = at::tensor({0, 1, 2}, at::kLong);
  EXPECT_NEAR(loss_of({.kind = "cross_entropy"}, scores, classes), 0.971275, 1e-6);
  const LossOptions weighted{.kind = "cross_entropy", .class_weights = {1, 2, 3}};
  EXPECT_NEAR(loss_of(weighted, scores, classes), 1.086442, 1e-6);
  EXPECT_EQ(make_loss(weighted)->weight({{}, {classes}}), 6);
}

TEST(Loss, CrossEntropyOfEverySample) {
  const Tensor classes = at::tensor({0, 1, 4, 2}, at::kLong).reshape({2, 2});
  EXPECT_NEAR(loss_of({.kind = "cross_entropy"}, at::zeros({2, 5, 2}), classes), std::log(5.0), 1e-6);
}

TEST(Loss, MeanSquaredError) {
  EXPECT_EQ(loss_of({.kind = "mse"}, at::tensor({1.0, 2.0}).reshape({2, 1}), at::tensor({3.0, 2.0})), 2);
}

TEST(Loss, BalancedWeightsAreInverseCountsOfSumOne) {
  const std::vector<double> weights = balanced_class_weights(at::tensor({0, 0, 0, 1, 2, 2}, at::kLong), 3);
  EXPECT_NEAR(weights[0], 2.0 / 11, 1e-15);
  EXPECT_NEAR(weights[1], 6.0 / 11, 1e-15);
  EXPECT_NEAR(weights[2], 3.0 / 11, 1e-15);
  EXPECT_EQ(error_of([] { balanced_class_weights(at::tensor({0, 2}, at::kLong), 3); }),
            "loss: class 1 has no row, so its balanced weight is not defined; set class_weights = \"inverse\", which "
            "counts it as one row, or give them by hand");
  EXPECT_EQ(error_of([] { balanced_class_weights(at::tensor({0, 1, 2}, at::kLong), 2); }),
            "loss: class 2 occurs (expected 0 to 1)");
}

TEST(Loss, InverseWeightsCountAnAbsentClassAsOneRow) {
  EXPECT_EQ(inverse_class_weights(at::tensor({0, 0, 0, 1, 3, 3}, at::kLong), 4), (std::vector<double>{2, 6, 6, 3}));
}

TEST(Loss, Refusals) {
  const Tensor scores = at::zeros({4, 3});
  EXPECT_EQ(error_of([&] { loss_of({.kind = "bce"}, scores, at::zeros({4, 2})); }),
            "loss 'bce': the target [4, 2] does not line up with the output [4, 3]");
  EXPECT_EQ(
      error_of([&] { loss_of({.kind = "cross_entropy"}, scores, at::zeros({4})); }),
      "loss 'cross_entropy': the target [4] of Float does not line up with the output [4, 3] (expected int64 [4])");
  EXPECT_EQ(
      error_of([&] { loss_of({.kind = "cross_entropy", .class_weights = {1, 2}}, scores, at::zeros({4}, at::kLong)); }),
      "loss 'cross_entropy': got 2 class weights (expected 3)");
  EXPECT_EQ(error_of([] { make_loss({.kind = "mse", .class_weights = {1}}); }),
            "loss 'mse': takes no class_weights; use cross_entropy");
  EXPECT_EQ(error_of([&] { make_loss({})->mean({scores, scores}, {{}, {scores}}); }),
            "loss 'bce': got 2 outputs and 1 targets (expected one each)");
}

TEST(Batches, FullAndNeighbouringRowsAreViews) {
  const Tensor inputs = at::randn({5, 2, 3}), targets = at::zeros({5});
  const TensorBatches rows({inputs}, {targets});
  EXPECT_EQ(rows.load(epoch_order(5, false, 0, 0)).inputs[0].const_data_ptr(), inputs.const_data_ptr());
  const std::vector<int64_t> middle = {1, 2, 3}, mixed = {4, 0};
  EXPECT_TRUE(rows.load(middle).inputs[0].is_alias_of(inputs));
  const Batch picked = rows.load(mixed);
  EXPECT_TRUE(at::equal(picked.inputs[0][0], inputs[4]));
  EXPECT_TRUE(at::equal(picked.inputs[0][1], inputs[0]));
  EXPECT_EQ(picked.targets[0].size(0), 2);
}

TEST(Batches, ADatasetOfDoublesIsLoadedAsFloats) {
  const TensorBatches rows(
      Dataset{.name = "d", .inputs = at::randn({3, 1, 4}, at::kDouble), .targets = at::zeros({3, 4}, at::kDouble)});
  const std::vector<int64_t> two = {2, 0};
  EXPECT_EQ(rows.load(two).inputs[0].scalar_type(), at::kFloat);
  EXPECT_EQ(rows.load(two).targets[0].scalar_type(), at::kFloat);
}

TEST(Batches, Refusals) {
  EXPECT_EQ(error_of([] { TensorBatches({at::zeros({3, 1})}, {at::zeros({2})}); }),
            "batches: rows disagree (expected 3 as in the first input, got 2)");
  EXPECT_EQ(error_of([] { TensorBatches({at::zeros({0, 1})}, {}); }), "batches: there are no rows to train on");
  EXPECT_EQ(error_of([] { TensorBatches(std::vector<Tensor>{}, {}); }), "batches: there are no inputs");
}

TEST(Order, FollowsFromSeedAndEpochAlone) {
  EXPECT_EQ(epoch_order(4, false, 9, 9), (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(epoch_order(50, true, 3, 2), epoch_order(50, true, 3, 2));
  EXPECT_NE(epoch_order(50, true, 3, 2), epoch_order(50, true, 3, 1));
  EXPECT_NE(epoch_order(50, true, 0, 1), epoch_order(50, true, 1, 0));
}

TEST(Order, ABufferKeepsRowsNearTheirPlace) {
  const std::vector<int64_t> order = epoch_order(1000, true, 3, 0, 50);
  EXPECT_TRUE(std::is_permutation(order.begin(), order.end(), epoch_order(1000, false, 0, 0).begin()));
  EXPECT_NE(order, epoch_order(1000, true, 3, 1, 50));
  for (int64_t i = 0; i < 1000; ++i) EXPECT_LT(order[static_cast<size_t>(i)], i + 50);  // nothing before it was read
  EXPECT_EQ(epoch_order(40, true, 3, 0, 50), epoch_order(40, true, 3, 0));
}

TEST(History, MedianOfTheTimesBetweenRows) {
  const auto row = [](double seconds) { return HistoryRow{.seconds = seconds}; };
  EXPECT_EQ(epoch_seconds_median({}), 0);
  EXPECT_EQ(epoch_seconds_median({row(9), row(10), row(12)}), 2);
  EXPECT_EQ(epoch_seconds_median({row(9), row(10), row(12), row(16)}), 3);
}

}  // namespace
}  // namespace lathe
