/// Initial weights, gradients, losses, rates and final weights against PyTorch (tools/make_vectors.py).
#include <cmath>

#include "lathe/graph/freeze.h"
#include "lathe/train/gradient.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

struct Case {
  std::string file;
  std::function<Graph()> net;
  FitOptions options;
  std::function<Tensor(const Tensor&)> targets = [](const Tensor& t) { return t; };
};

double tolerance(const TensorFile& vector, const std::string& of) {
  return std::stod(vector.metadata.at(of + "_tolerance"));
}

/// Largest difference, in units of the largest expected value.
double difference(const Tensor& got, const Tensor& expected) {
  if (expected.abs().max().item<double>() == 0) return got.abs().max().item<double>();
  return got.sub(expected).abs().max().div(expected.abs().max()).item<double>();
}

void check_case(const Case& asked) {
  at::set_num_threads(1);
  const TensorFile vector = read_safetensors(source_folder() / "tests/vectors" / (asked.file + ".safetensors"));
  Graph graph = asked.net();
  for (const NamedParam& entry : named_params(graph))
    EXPECT_TRUE(at::equal(entry.param->value, *vector.find("initial/" + entry.name)))
        << entry.name << " is not bit-equal";
  const TensorBatches rows({*vector.find("inputs")}, {*vector.find("targets")});
  const double* losses = vector.find("losses")->const_data_ptr<double>();
  const double* rates = vector.find("rates")->const_data_ptr<double>();
  FitOptions options = asked.options;
  options.epochs = vector.find("losses")->numel();
  int64_t step = 0;
  options.on_step = [&](const StepReport& report) {
    EXPECT_NEAR(report.loss, losses[step], tolerance(vector, "loss") * losses[step]) << "step " << step;
    EXPECT_NEAR(report.learning_rate, rates[step], tolerance(vector, "rate") * rates[step]) << "step " << step;
    ++step;
  };
  fit(graph, rows, options);
  EXPECT_EQ(step, 20);
  for (const NamedParam& entry : named_params(graph)) {
    const Tensor& expected = *vector.find("final/" + entry.name);
    EXPECT_LT(difference(entry.param->value.detach(), expected), tolerance(vector, "weight")) << entry.name;
  }
}

FitOptions weighted(std::vector<double> weights, OptimizerOptions optimizer) {
  return {.loss = {.kind = "cross_entropy", .class_weights = std::move(weights)}, .optimizer = std::move(optimizer)};
}

Graph small_segmenter() {
  return segmenter(0, 3, {12, 6, 5}, 96);
}

const FitOptions kSegmenterOptions{.optimizer = {.kind = "adam", .learning_rate = 0.01, .weight_decay = 1e-4},
                                   .schedule = {.kind = "linear", .end_factor = 0.2}};

TEST(TrainVector, SegmenterAdamLinear) {
  check_case({"train_segmenter_adam", small_segmenter, kSegmenterOptions});
}

TEST(TrainVector, ClassifierSgdMomentum) {
  check_case(
      {"train_classifier_sgd", [] { return classifier(1); },
       weighted({}, {.kind = "sgd", .learning_rate = 0.05, .weight_decay = 1e-3, .momentum = 0.9, .dampening = 0.1})});
}

TEST(TrainVector, ClassifierNesterovClippedByNorm) {
  FitOptions options = weighted({}, {.kind = "sgd", .learning_rate = 0.05, .momentum = 0.9, .nesterov = true});
  options.clip_norm = 0.3;
  check_case({"train_classifier_nesterov_clipped", [] { return classifier(1); }, options});
}

TEST(TrainVector, ClassifierAdamwWeightedClasses) {
  check_case({"train_classifier_adamw_weighted", [] { return classifier(1); },
              weighted({0.2, 0.5, 0.3}, {.kind = "adamw", .learning_rate = 0.02})});
}

TEST(TrainVector, ClassifierAmsgradClippedByValue) {
  FitOptions options = weighted({}, {.kind = "adam", .learning_rate = 0.02, .weight_decay = 1e-3, .amsgrad = true});
  options.clip_value = 0.02;
  check_case({"train_classifier_amsgrad_clipped", [] { return classifier(1); }, options});
}

const std::vector<std::pair<std::string, double>> kSlowerBelow = {{"norm.*", 0.5}, {"[cn]*", 0.1}};  // the first counts

TEST(TrainVector, LearningRatesByLayerWithMomentumAreParameterGroups) {
  check_case({"train_classifier_sgd_rates", [] { return classifier(1); },
              weighted({}, {.kind = "sgd",
                            .learning_rate = 0.05,
                            .weight_decay = 1e-3,
                            .momentum = 0.9,
                            .learning_rates = kSlowerBelow})});
}

TEST(TrainVector, LearningRatesByLayerWithAmsgradAreParameterGroups) {
  check_case({"train_classifier_amsgrad_rates", [] { return classifier(1); },
              weighted({}, {.kind = "adam",
                            .learning_rate = 0.02,
                            .weight_decay = 1e-3,
                            .amsgrad = true,
                            .learning_rates = kSlowerBelow})});
}

TEST(TrainVector, AFrozenNormIsPyTorchsInEvaluation) {
  const auto frozen = [] {
    Graph graph = classifier(1);
    freeze(graph, {"norm"});
    return graph;
  };
  check_case(
      {"train_classifier_frozen_norm", frozen, weighted({}, {.kind = "adam", .learning_rate = 0.02, .amsgrad = true})});
}

TEST(TrainVector, FirstStepOfTheSegmenterMovesOnlyTheScalars) {
  const TensorFile vector = read_safetensors(source_folder() / "tests/vectors/train_segmenter_adam.safetensors");
  Graph graph = small_segmenter();
  const TensorBatches rows({*vector.find("inputs")}, {*vector.find("targets")});
  const std::vector<int64_t> all = {0, 1, 2, 3, 4, 5, 6, 7};
  const Gradient first = gradient(graph, *make_loss({}), rows, all, {});
  EXPECT_NEAR(first.loss, std::log(2.0), 1e-7);
  for (const NamedParam& entry : named_params(graph)) {
    const Tensor& got = entry.param->value.grad();
    if (entry.name != "mix.weight") {
      EXPECT_EQ(got.abs().max().item<double>(), 0) << entry.name;
    }
    EXPECT_LE(difference(got, *vector.find("gradient0/" + entry.name)), tolerance(vector, "gradient")) << entry.name;
  }
  Optimizer optimizer(kSegmenterOptions.optimizer);
  optimizer.step(graph, 0.01);
  gradient(graph, *make_loss({}), rows, all, {});
  for (const NamedParam& entry : named_params(graph))
    EXPECT_LE(difference(entry.param->value.grad(), *vector.find("gradient1/" + entry.name)),
              tolerance(vector, "gradient"))
        << entry.name;
}

/// Same gradients in, same bits out: only the optimiser's own arithmetic is looked at.
TEST(TrainVector, AdamIsBitEqualToPython) {
  at::set_num_threads(1);
  const TensorFile vector = read_safetensors(source_folder() / "tests/vectors/train_optimizers.safetensors");
  const Tensor& gradients = *vector.find("gradients");
  const auto final_of = [&](const OptimizerOptions& options) {
    Graph graph = classifier(1);
    Param& param = *graph.node("head").params.find("weight");
    param.value = vector.find("initial")->clone().set_requires_grad(true);
    Optimizer optimizer(options);
    for (int64_t step = 0; step < gradients.size(0); ++step) {
      param.value.mutable_grad() = gradients[step];
      optimizer.step(graph, options.learning_rate * (1 - 0.01 * static_cast<double>(step)));
    }
    return param.value.detach();
  };
  const std::pair<const char*, OptimizerOptions> cases[] = {
      {"adam", {.learning_rate = 0.01, .weight_decay = 1e-4}},
      {"amsgrad", {.learning_rate = 0.01, .amsgrad = true}},
      {"adamw", {.kind = "adamw", .learning_rate = 0.01}},
      {"sgd", {.kind = "sgd", .learning_rate = 0.01, .weight_decay = 1e-3, .momentum = 0.9, .dampening = 0.1}},
      {"nesterov", {.kind = "sgd", .learning_rate = 0.01, .momentum = 0.9, .nesterov = true}}};
  for (const auto& [name, options] : cases) EXPECT_TRUE(at::equal(final_of(options), *vector.find(name))) << name;
}

TEST(TrainVector, SchedulesEqualPyTorchs) {
  const TensorFile vector = read_safetensors(source_folder() / "tests/vectors/train_schedules.safetensors");
  const std::pair<const char*, ScheduleOptions> cases[] = {
      {"linear", {.kind = "linear", .end_factor = 0.2, .length = 32}},
      {"step", {.kind = "step", .every = 7, .decay = 0.3}},
      {"cosine", {.kind = "cosine", .end_factor = 0.1, .length = 39}},
      {"exponential", {.kind = "exponential", .decay = 0.9}},
      {"warmed_exponential", {.kind = "exponential", .decay = 0.9, .warmup = 5, .warmup_factor = 0.25}},
      {"warmup", {.kind = "warmup", .end_factor = 0.001}},
      {"plateau",
       {.kind = "plateau", .decay = 0.5, .patience = 2, .threshold = 1e-2, .cooldown = 1, .minimum = 0.004}}};
  const double* losses = vector.find("plateau_losses")->const_data_ptr<double>();
  for (const auto& [name, options] : cases) {
    const auto schedule = make_schedule(options, 0.05, 40);
    const double* expected = vector.find(name)->const_data_ptr<double>();
    for (int64_t t = 0; t < 40; ++t) {
      EXPECT_NEAR(schedule->learning_rate(t), expected[t], tolerance(vector, "rate") * expected[t]) << name << " " << t;
      schedule->observe(t, losses[t]);
    }
  }
}

}  // namespace
}  // namespace lathe
