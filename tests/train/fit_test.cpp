/// The training loop: rows, gradients, freezing, history, and what it refuses.
#include "lathe/train/fit.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lathe/base/files.h"
#include "lathe/train/gradient.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

const bool kOneThread = (at::set_num_threads(1), true);  // small nets only wait for each other's threads

std::vector<int64_t> all_rows(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// Largest difference between the gradients of one batch taken whole and in parts, relative to the largest gradient.
double parts_differ(Graph graph, const TensorBatches& rows, const LossOptions& loss, int64_t parts) {
  Graph other = clone(graph);
  const auto made = make_loss(loss);
  const auto order = all_rows(rows.rows());
  const Gradient whole = gradient(graph, *made, rows, order, {});
  const Gradient split = gradient(other, *made, rows, order, {.accumulate = parts});
  EXPECT_NEAR(split.loss, whole.loss, 1e-6 * whole.loss);
  double worst = 0;
  const auto mine = named_params(graph), theirs = named_params(other);
  for (size_t i = 0; i < mine.size(); ++i) {
    const Tensor &a = mine[i].param->value.grad(), &b = theirs[i].param->value.grad();
    if (a.defined()) worst = std::max(worst, a.sub(b).abs().max().item<double>());
  }
  return worst / whole.norm;
}

Graph plain_classifier() {  // no batch norm: its statistics are those of a part
  at::manual_seed(1);
  Builder net;
  const Value x = conv(net.input("input", {2, 40}), "conv", {.out = 6, .kernel = 5});
  return net.finish({linear(global_average_pool(relu(x, "relu"), "mean"), "head", {.out = 3})});
}

TEST(Fit, AccumulatedGradientIsTheUndividedOne) {
  at::manual_seed(2);
  Graph graph = segmenter(0, 2, {12, 6, 5}, 96);
  const at::NoGradGuard no_gradients;
  graph.node("mix").params["weight"].uniform_(-1, 1);
  const TensorBatches rows({at::randn({10, 1, 96})}, {at::rand({10, 96}).round()});
  const at::AutoGradMode gradients(true);
  for (const int64_t parts : {2, 3, 4, 10, 32}) EXPECT_LT(parts_differ(clone(graph), rows, {}, parts), 1e-6) << parts;
}

TEST(Fit, AccumulatedGradientIsTheUndividedOneWithClassWeights) {
  const LossOptions loss{.kind = "cross_entropy", .class_weights = {0.1, 0.6, 0.3}};
  for (const int64_t parts : {2, 5, 7})
    EXPECT_LT(parts_differ(plain_classifier(), classifier_rows(), loss, parts), 1e-6);
}

/// Notes every row that is asked for.
struct Noted final : BatchSource {
  TensorBatches inner = classifier_rows();
  mutable std::vector<std::vector<int64_t>> loads;
  int64_t rows() const override { return inner.rows(); }
  Batch load(std::span<const int64_t> rows) const override {
    loads.emplace_back(rows.begin(), rows.end());
    return inner.load(rows);
  }
};

TEST(Fit, EveryRowOnceAnEpochInAnotherOrderEveryEpoch) {
  Graph graph = classifier(1);
  const Noted rows;
  FitOptions options = classifier_options();
  options.epochs = 2;
  EXPECT_EQ(fit(graph, rows, options).steps, 12);
  ASSERT_EQ(rows.loads.size(), 12U);
  EXPECT_EQ(rows.loads[5].size(), 3U);  // the short last batch
  std::vector<std::vector<int64_t>> epochs(2);
  for (size_t i = 0; i < rows.loads.size(); ++i)
    epochs[i / 6].insert(epochs[i / 6].end(), rows.loads[i].begin(), rows.loads[i].end());
  EXPECT_NE(epochs[0], epochs[1]);
  for (auto& epoch : epochs) {
    std::sort(epoch.begin(), epoch.end());
    EXPECT_EQ(epoch, all_rows(23));
  }
}

TEST(Fit, FullBatchTakesAllRowsInOrder) {
  Graph graph = classifier(1);
  const Noted rows;
  FitOptions options = classifier_options();
  options.batch = 0;
  options.epochs = 1;
  fit(graph, rows, options);
  EXPECT_EQ(rows.loads, std::vector<std::vector<int64_t>>{all_rows(23)});
}

TEST(Fit, AFrozenParameterStaysBesideOneThatTrains) {
  Graph graph = classifier(1);
  graph.node("conv").params["weight"].set_requires_grad(false);
  const Graph before = clone(graph);
  fit(graph, classifier_rows(), classifier_options());
  EXPECT_TRUE(at::equal(graph.node("conv").params["weight"], before.node("conv").params["weight"]));
  EXPECT_FALSE(at::equal(graph.node("conv").params["bias"], before.node("conv").params["bias"]));
  EXPECT_FALSE(at::equal(graph.node("head").params["weight"], before.node("head").params["weight"]));
}

TEST(Fit, StepReportsCountAndTheLossFalls) {
  Graph graph = classifier(1);
  std::vector<StepReport> reports;
  FitOptions options = classifier_options();
  options.on_step = [&](const StepReport& report) { reports.push_back(report); };
  const FitReport report = fit(graph, classifier_rows(), options);
  ASSERT_EQ(reports.size(), 30U);
  EXPECT_EQ(reports[6].step, 7);
  EXPECT_EQ(reports[6].steps, 30);
  EXPECT_EQ(reports[6].epoch, 2);
  EXPECT_EQ(reports[6].epochs, 5);
  EXPECT_GT(reports[6].rows_per_second, 0);
  EXPECT_GT(reports[6].gradient_norm, 0);
  EXPECT_EQ(reports[0].learning_rate, 0.01);
  EXPECT_LT(reports[29].learning_rate, 1e-4);
  EXPECT_EQ(reports[29].eta_seconds, 0);
  EXPECT_LT(report.history.back().loss, report.history.front().loss);
}

TEST(Fit, HistoryHasARowAnEpochWithTheMeanOverItsRows) {
  Graph graph = classifier(1);
  const ScratchFolder folder;
  const TensorBatches rows = classifier_rows();
  double sum = 0;
  FitOptions options = classifier_options(folder.path());
  options.on_step = [&](const StepReport& report) {
    if (report.epoch == 1) sum += report.loss * (report.step < 6 ? 4 : 3);
  };
  const FitReport report = fit(graph, rows, options, &rows);
  ASSERT_EQ(report.history.size(), 5U);
  EXPECT_NEAR(report.history[0].loss, sum / 23, 1e-12);
  EXPECT_EQ(report.history[4].step, 30);
  EXPECT_TRUE(std::isfinite(report.history[4].validation_loss));
  const std::string text = read_text(folder / "history.csv");
  EXPECT_EQ(text.substr(0, text.find('\n')), "epoch,step,loss,learning_rate,seconds,validation_loss,validation_metric");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
}

TEST(Fit, PlateauLowersTheRateWhenValidationStandsStill) {
  Graph graph = classifier(1);
  FitOptions options = classifier_options();
  options.schedule = {.kind = "plateau", .decay = 0.5, .patience = 0, .threshold = 1e9};  // nothing ever counts
  const TensorBatches rows = classifier_rows();
  const FitReport report = fit(graph, rows, options, &rows);
  EXPECT_EQ(report.history[0].learning_rate, 0.01);
  EXPECT_EQ(report.history[1].learning_rate, 0.005);
  EXPECT_EQ(report.history[4].learning_rate, 0.000625);
}

TEST(Fit, LossThatIsNotANumberStopsTheRun) {
  Graph graph = classifier(1);
  const ScratchFolder folder;
  const TensorBatches rows({at::full({4, 2, 40}, std::nan(""))}, {at::randint(3, {4}, at::kLong)});
  FitOptions options = classifier_options(folder.path());
  EXPECT_EQ(error_of([&] { fit(graph, rows, options); }),
            "train: the loss is nan at step 1 (epoch 1); there is no checkpoint yet; lower learning_rate (now 0.01) or "
            "set clip_norm");
}

/// Zero, with a gradient that is not a number: the root's slope at 0 times 0.
struct SteepLoss final : Loss {
  Tensor mean(const std::vector<Tensor>& outputs, const Batch&) const override {
    return outputs[0].sum().mul(0).sqrt();
  }
};

TEST(Fit, GradientThatIsNotANumberStopsTheRunBeforeTheUpdate) {
  Graph graph = classifier(1);
  const Tensor before = graph.node("head").params["weight"].detach().clone();
  FitOptions options = classifier_options();
  options.objective = std::make_shared<SteepLoss>();
  EXPECT_EQ(
      error_of([&] { fit(graph, classifier_rows(), options); }),
      "train: the gradient is nan at step 1 (epoch 1); there is no checkpoint yet; lower learning_rate (now 0.01) "
      "or set clip_norm");
  EXPECT_TRUE(at::equal(graph.node("head").params["weight"], before));
}

TEST(Fit, DivergenceNamesTheLastGoodCheckpoint) {
  Graph graph = plain_classifier();
  const ScratchFolder folder;
  FitOptions options = classifier_options(folder.path());
  options.optimizer = {.kind = "sgd", .learning_rate = 1e18};
  options.schedule = {};
  options.batch = 0;
  options.checkpoint_steps = 1;
  const std::string sentence = error_of([&] { fit(graph, classifier_rows(), options); });
  EXPECT_NE(
      sentence.find("; the last good checkpoint is " + (folder / "checkpoints/last.safetensors").string() + " (step "),
      std::string::npos)
      << sentence;
  EXPECT_TRUE(sentence.ends_with("; lower learning_rate (now 1e+18) or set clip_norm")) << sentence;
}

TEST(Fit, RefusesWhatCannotBeMeant) {
  Graph graph = classifier(1);
  const auto refusal = [&](const FitOptions& options) {
    return error_of([&] { fit(graph, classifier_rows(), options); });
  };
  EXPECT_EQ(refusal({.epochs = 0}), "train: epochs is 0 (expected at least 1)");
  EXPECT_EQ(refusal({.batch = -1}), "train: batch is -1 (expected at least 0)");
  EXPECT_EQ(refusal({.accumulate = 0}), "train: accumulate is 0 (expected at least 1)");
  EXPECT_EQ(refusal({.clip_norm = -1}), "train: clip_norm is -1 (expected at least 0)");
  EXPECT_EQ(refusal({.schedule_per = "batch"}), "train: schedule_per is 'batch' (expected 'epoch' or 'step')");
  EXPECT_EQ(
      refusal({.loss = {.kind = "cross_entropi"}}),
      "unknown loss 'cross_entropi'; known: bce, bce_with_logits, cross_entropy, mse (did you mean 'cross_entropy'?)");
  EXPECT_EQ(refusal({.loss = {.kind = "mse"}}), "loss 'mse': the target [23] does not line up with the output [23, 3]");
  for (const NamedParam& entry : named_params(graph)) entry.param->value.set_requires_grad(false);
  EXPECT_EQ(refusal({}), "train: nothing to train, for every parameter is frozen or there is none");
}

TEST(Fit, ALabelOutsideTheClassesIsASentence) {
  Graph graph = classifier(1);
  const TensorBatches rows({at::randn({4, 2, 40})}, {at::full({4}, 3, at::kLong)});
  EXPECT_EQ(error_of([&] { fit(graph, rows, classifier_options()); }), "train: step 1: Target 3 is out of bounds.");
}

}  // namespace
}  // namespace lathe
