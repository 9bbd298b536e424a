/// Pretraining as a whole: what is learnt shows on windows that did not train, what is behind the features stays, a
/// run that is stopped goes on bit for bit, and what does not fit is said before training.
#include <ATen/ops/equal.h>

#include "tests/pretrain/sample_windows.h"

namespace lathe {
namespace {

using namespace test;

class Pretrain : public testing::Test {
 protected:
  void SetUp() override { at::set_num_threads(1); }
  ScratchFolder folder_;
  TensorBatches train_ = batches(walking(320, 100, 1));
  TensorBatches validation_ = batches(walking(80, 100, 2));
  TensorBatches unseen_ = batches(walking(300, 100, 3));
  PretrainOptions options_;
};

TEST_F(Pretrain, TasksAreLearntOfWalkersWhoDidNotTrain) {
  Graph graph = trunk_and_head(1);
  at::manual_seed(1);
  options_.rotation = options_.axis_swap = false;
  const PretrainReport report =
      pretrain(graph, {.train = train_, .validation = &validation_, .unseen = &unseen_}, options_, fitting(15));
  ASSERT_EQ(report.unseen.size(), 3U);
  for (const PretextScore& score : report.unseen) {
    EXPECT_GT(score.accuracy, 0.65) << sentence(report.unseen);
    EXPECT_EQ(score.chance, 0.5);
  }
  EXPECT_GT(report.unseen[0].accuracy, 0.9);
  EXPECT_LT(report.fit.history.back().validation_loss, report.fit.history.front().validation_loss);
  EXPECT_EQ(report.validation.size(), 3U);
  EXPECT_EQ(sentence({{"arrow_of_time", 0.81249, 0.5}, {"scale", 0.5, 0.5}}),
            "arrow_of_time 0.812, scale 0.500 (chance 0.500)");
}

TEST_F(Pretrain, WhatIsBehindTheFeaturesStays) {
  Graph graph = trunk_and_head(1);
  const Graph before = clone(graph);
  const PretrainReport report = pretrain(graph, {.train = train_}, options_, fitting(1));
  EXPECT_TRUE(at::equal(graph.node("head").params["weight"], before.node("head").params["weight"]));
  EXPECT_FALSE(at::equal(graph.node("conv1").params["weight"], before.node("conv1").params["weight"]));
  EXPECT_FALSE(at::equal(graph.node("norm1").params["running_mean"], before.node("norm1").params["running_mean"]));
  EXPECT_EQ(graph.nodes.size(), before.nodes.size());
  std::vector<std::string> outputs;
  for (const int output : report.network.outputs)
    outputs.push_back(report.network.nodes[static_cast<size_t>(output)].name);
  EXPECT_EQ(outputs, (std::vector<std::string>{"aot_h.linear1", "permute_h.linear1", "time_w_h.linear1"}));
  EXPECT_EQ(report.fit.state.count("conv1.weight"), 1U);
  EXPECT_EQ(report.fit.state.count("aot_h.linear1.weight"), 0U);
}

TEST_F(Pretrain, TrainsOnFromItsOwnHeads) {
  Graph graph = trunk_and_head(1);
  PretrainReport first = pretrain(graph, {.train = train_}, options_, fitting(1));
  const at::Tensor before = first.network.node("aot_h.linear1").params["weight"].clone();
  FitOptions still = fitting(1);
  still.optimizer.learning_rate = 1e-9;
  const PretrainReport second = pretrain(first.network, {.train = train_}, options_, still);
  EXPECT_TRUE(second.network.node("aot_h.linear1").params["weight"].allclose(before, 1e-5, 1e-6));
}

TEST_F(Pretrain, PairsAreFoundAgainAfterContrastiveTraining) {
  Graph graph = trunk_and_head(1);
  at::manual_seed(1);
  options_.method = "contrastive";
  options_.tasks = {{"scale"}, {"permutation"}};
  options_.projection = 16;
  const PretrainReport report = pretrain(graph, {.train = train_, .unseen = &unseen_}, options_, fitting(8));
  ASSERT_EQ(report.unseen.size(), 1U);
  EXPECT_EQ(report.unseen[0].measure, "partner");
  EXPECT_GT(report.unseen[0].accuracy, 10 * report.unseen[0].chance) << sentence(report.unseen);
  EXPECT_LT(report.fit.history.back().loss, report.fit.history.front().loss);
  EXPECT_EQ(report.network.nodes.back().name, "projection.linear2");
}

/// With sampling, augmentation and validation, stopped at several steps, each time with a network of other weights.
class PretrainResume : public Pretrain {
 protected:
  void train(const std::vector<int64_t>& stops) {
    FitOptions settings = fitting(3, folder_.path());
    settings.watch.restore_best = true;
    int64_t step = 0;
    settings.on_step = [&](const StepReport& report) { step = report.step; };
    const PretrainRows rows{.train = train_,
                            .subjects = subjects(320, 40),
                            .weights = std::vector<double>(320, 0.5),
                            .validation = &validation_};
    options_.sampling = {.windows_per_subject = 20, .subjects_per_batch = 4};
    Graph graph = trunk_and_head(1);
    at::manual_seed(5);
    const auto work = [&] { report_ = pretrain(graph, rows, options_, settings); };
    for (const int64_t stop : stops) {
      settings.stop_requested = [&, stop] { return step == stop; };
      EXPECT_EQ(error_of(work), fmt::format("train: interrupted after step {} of 30; go on with --resume", stop));
      graph = trunk_and_head(99);
      at::manual_seed(1234);
      settings.resume = true;
    }
    settings.stop_requested = nullptr;
    work();
  }
  PretrainReport report_;
};

TEST_F(PretrainResume, GoesOnBitForBit) {
  train({});
  const PretrainReport whole = report_;
  train({1, 10, 14, 29});
  EXPECT_EQ(report_.fit.resumed_from_step, 29);
  expect_same_weights(whole.network, report_.network);
  for (size_t i = 0; i < whole.fit.history.size(); ++i) {
    EXPECT_EQ(report_.fit.history[i].loss, whole.fit.history[i].loss);
    EXPECT_EQ(report_.fit.history[i].validation_loss, whole.fit.history[i].validation_loss);
  }
  EXPECT_EQ(report_.validation[0].accuracy, whole.validation[0].accuracy);
}

TEST_F(PretrainResume, OtherTasksAreAnotherTraining) {
  train({});
  options_.tasks[1].segments = 3;
  options_.sampling = {};
  Graph graph = trunk_and_head(1);
  FitOptions settings = fitting(3, folder_.path());
  settings.resume = true;
  const std::string said = error_of([&] { pretrain(graph, {.train = train_}, options_, settings); });
  EXPECT_NE(said.find("segments=3"), std::string::npos) << said;
}

TEST_F(Pretrain, WhatDoesNotFitIsSaidFirst) {
  const Graph graph = trunk_and_head(1, 40);
  const auto refusal = [&](const PretrainOptions& options, const FitOptions& settings = {}) {
    return error_of([&] { check_pretraining(graph, options, settings); });
  };
  EXPECT_EQ(refusal({}),
            "pretext task 'permutation': windows have 40 samples (expected at least 44: 4 segments of more than 10 "
            "samples); set fewer segments or a smaller longer_than");
  EXPECT_EQ(refusal({.tasks = {}}),
            "pretraining: no task is given (expected at least one of: arrow_of_time, scale, permutation, time_warp)");
  EXPECT_EQ(refusal({.tasks = {{"scale"}}, .positive_ratio = 1}),
            "pretraining: positive_ratio is 1 (expected more than 0, less than 1)");
  EXPECT_EQ(refusal({.method = "contrastiv"}),
            "unknown pretraining method 'contrastiv'; known: contrastive, tasks (did you mean 'contrastive'?)");
  EXPECT_EQ(refusal({.tasks = {{"scale"}}, .features = "meen"}).substr(0, 19), "unknown node 'meen'");
  EXPECT_EQ(refusal({.method = "contrastive", .tasks = {{"scale"}}}, {.accumulate = 2}),
            "pretraining: 'accumulate' has no place in the method 'contrastive', which compares the rows of a whole "
            "batch (expected 1); set a smaller batch");
  EXPECT_EQ(refusal({.method = "contrastive", .tasks = {{"scale"}}, .temperature = 0}),
            "pretraining: temperature is 0 (expected more than 0)");
}

}  // namespace
}  // namespace lathe
