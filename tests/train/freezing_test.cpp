/// Frozen layers while the rest trains: the same bytes before and after, no gradients below them, no other resume.
#include "lathe/exec/run.h"
#include "lathe/graph/freeze.h"
#include "lathe/train/gradient.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

TEST(Freezing, ANormStaysToTheLastBitWithItsRunningStatistics) {
  at::set_num_threads(1);
  Graph graph = classifier(1, 0.3);
  fit(graph, classifier_rows(), classifier_options());  // statistics that mean something
  const Graph before = clone(graph);
  freeze(graph, {"conv", "norm"});
  fit(graph, classifier_rows(), classifier_options());
  for (const ConstNamedParam& entry : named_params(before)) {
    const Tensor& now = graph.nodes[static_cast<size_t>(entry.node)].params[entry.param->name];
    const bool frozen = entry.name.find("head") == entry.name.npos;
    EXPECT_EQ(at::equal(now, entry.param->value), frozen) << entry.name;
  }
}

TEST(Freezing, DropoutBetweenFrozenLayersStillDrops) {
  Graph graph = classifier(1, 0.5);
  freeze(graph, {"conv", "norm"});
  const Tensor x = at::randn({3, 2, 40});
  EXPECT_FALSE(at::equal(run(graph, {x}, {.training = true}).outputs[0], run(graph, x)));
  graph = classifier(1);
  freeze(graph, {"conv", "norm"});
  EXPECT_TRUE(at::equal(run(graph, {x}, {.training = true}).outputs[0], run(graph, x)));
}

TEST(Freezing, NothingIsKeptForGradientsBelowTheFirstLayerThatTrains) {
  Graph graph = classifier(1);
  freeze(graph, {"conv", "norm"});
  const RunResult result = run(graph, {at::randn({3, 2, 40})}, {.training = true, .taps = {"*"}});
  for (const auto& [name, value] : result.taps) EXPECT_EQ(value.requires_grad(), name == "head") << name;
}

TEST(Freezing, TheOptimiserRemembersNothingOfFrozenLayers) {
  Graph graph = classifier(1);
  freeze(graph, {"conv", "norm"});
  FitOptions options = classifier_options();
  options.state["conv.weight"] = Optimizer(options.optimizer).sample_state(graph.node("conv").params["weight"]);
  const OptimizerState after = fit(graph, classifier_rows(), options).state;
  EXPECT_EQ(after.at("conv.weight").at("step").item<int64_t>(), 1);
  EXPECT_EQ(after.count("norm.weight"), 0U);
  EXPECT_EQ(after.at("head.weight").at("step").item<int64_t>(), 30);
}

TEST(Freezing, AsAnOptionItLastsForOneTraining) {
  Graph graph = classifier(1);
  const Graph before = clone(graph);
  FitOptions options = classifier_options();
  options.freeze = {"conv", "norm.*"};
  fit(graph, classifier_rows(), options);
  EXPECT_TRUE(at::equal(graph.node("conv").params["weight"], before.node("conv").params["weight"]));
  EXPECT_TRUE(at::equal(graph.node("norm").params["running_var"], before.node("norm").params["running_var"]));
  for (const NamedParam& entry : named_params(graph)) {
    EXPECT_EQ(entry.param->value.requires_grad(), !entry.param->buffer) << entry.name;
    EXPECT_FALSE(entry.param->frozen) << entry.name;
  }
  options.freeze = {"*"};
  EXPECT_EQ(error_of([&] { fit(graph, classifier_rows(), options); }),
            "train: freezing * would leave no parameter that trains");
}

TEST(Freezing, ResumingWithOtherLayersFrozenIsRefused) {
  const ScratchFolder folder;
  Graph graph = classifier(1);
  freeze(graph, {"conv"});
  FitOptions options = classifier_options(folder.path());
  fit(graph, classifier_rows(), options);
  options.resume = true;
  freeze(graph, {"norm"});
  const std::string sentence = error_of([&] { fit(graph, classifier_rows(), options); });
  EXPECT_NE(sentence.find("with 2 of 6 parameters frozen, now "), sentence.npos) << sentence;
  EXPECT_NE(sentence.find("with 4 of 6 parameters frozen); start over without --resume"), sentence.npos) << sentence;
}

TEST(Freezing, ResumingWithFrozenStatisticsAloneIsRefusedToo) {
  const ScratchFolder folder;
  Graph graph = classifier(1);
  FitOptions options = classifier_options(folder.path());
  fit(graph, classifier_rows(), options);
  options.resume = true;
  freeze(graph, {"norm.running_mean"});
  EXPECT_NE(error_of([&] { fit(graph, classifier_rows(), options); }).find("other settings: graph (then "),
            std::string::npos);
}

TEST(LearningRates, ResumingWithOtherFactorsIsRefused) {
  const ScratchFolder folder;
  Graph graph = classifier(1);
  FitOptions options = classifier_options(folder.path());
  fit(graph, classifier_rows(), options);
  options.resume = true;
  options.optimizer.learning_rates = {{"conv", 0.1}};
  EXPECT_EQ(error_of([&] { fit(graph, classifier_rows(), options); }),
            (folder / "checkpoints/last.safetensors").string() +
                ": belongs to a training with other settings: learning_rate (then 0.01, now 0.01 (conv times 0.1)); "
                "start over without --resume");
}

TEST(LearningRates, AGlobThatMatchesNothingAndAFactorOfZeroAreRefused) {
  Graph graph = classifier(1);
  FitOptions options = classifier_options();
  options.optimizer.learning_rates = {{"head", 2}, {"cnov", 0.1}};
  EXPECT_EQ(error_of([&] { fit(graph, classifier_rows(), options); }),
            "learning_rates: the glob 'cnov' matches none of conv, norm, head (did you mean 'conv'?)");
  options.optimizer.learning_rates = {{"conv", 0}};
  EXPECT_EQ(
      error_of([&] { fit(graph, classifier_rows(), options); }),
      "optimizer 'adam': the learning rate of 'conv' is multiplied by 0 (expected more than 0); freeze keeps layers "
      "as they are");
}

}  // namespace
}  // namespace lathe
