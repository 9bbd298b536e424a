/// harnet against PyTorch (tools/make_harnet_vectors.py): first weights, names, logits, five steps of training.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>

#include <nlohmann/json.hpp>

#include "lathe/exec/run.h"
#include "lathe/formats/safetensors.h"
#include "lathe/train/fit.h"
#include "tests/models/build.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Json = nlohmann::ordered_json;
using test::whole;

const TensorFile& vectors() {
  static const TensorFile file = read_safetensors(test::source_folder() / "tests/vectors/harnet.safetensors");
  return file;
}

Graph fresh(const std::string& name, int64_t seconds, int64_t version = 1) {
  at::manual_seed(42);
  return test::build(name, {{"seconds", whole(seconds)}, {"version", whole(version)}});
}

/// The sum of squares of every parameter, in PyTorch's order.
std::vector<double> squares(const Graph& graph, const std::vector<std::string>& names) {
  std::map<std::string, double> found;
  for (const ConstNamedParam& entry : named_params(graph))
    if (!entry.param->buffer)
      found[entry.name] = entry.param->value.detach().to(at::kDouble).square().sum().item<double>();
  std::vector<double> ordered;
  for (const std::string& name : names) ordered.push_back(found.at(name));
  return ordered;
}

std::vector<std::string> parameter_names(const std::string& net) {
  return Json::parse(vectors().metadata.at("parameters")).at(net).get<std::vector<std::string>>();
}

void expect_squares(const std::vector<double>& got, const std::string& name, double tolerance) {
  const Tensor& expected = *vectors().find(name);
  ASSERT_EQ(std::ssize(got), expected.numel());
  for (size_t i = 0; i < got.size(); ++i) {
    const double value = expected[static_cast<int64_t>(i)].item<double>();
    EXPECT_NEAR(got[i], value, tolerance * (1 + value)) << name << ", parameter " << i;
  }
}

TEST(HarnetVector, TheStateDictHasPyTorchsNamesAndShapes) {
  const Json expected = Json::parse(vectors().metadata.at("state_dict"));
  const Graph graph = fresh("harnet", 10);
  std::map<std::string, std::vector<int64_t>> mine;
  for (const ConstNamedParam& entry : named_params(graph)) mine[entry.name] = entry.param->value.sizes().vec();
  EXPECT_EQ(mine, (expected.get<std::map<std::string, std::vector<int64_t>>>()));
}

TEST(HarnetVector, WeightsAndLogitsAreThoseOfPyTorch) {
  const at::NoGradGuard no_gradients;
  for (const auto& [name, seconds, version] :
       {std::tuple("harnet5", 5, 1), {"harnet10", 10, 1}, {"harnet30", 30, 1}, {"small", 30, 2}}) {
    Graph graph = fresh("harnet", seconds, version);
    expect_squares(squares(graph, parameter_names(name)), fmt::format("{}/squares", name), 1e-12);
    const Tensor x = at::randn({16, 3, 30 * seconds});
    const Tensor training = run(graph, {x}, {.training = true}).outputs[0];
    const auto difference = [&](const Tensor& got, const char* what) {
      const Tensor expected = *vectors().find(fmt::format("{}/{}", name, what));
      return got.sub(expected).abs().max().item<double>() / expected.abs().max().item<double>();
    };
    EXPECT_LT(difference(training, "trained_mode"), 3e-5) << name;
    EXPECT_LT(difference(run(graph, x), "logits"), 1e-5) << name;
  }
}

TEST(HarnetVector, ThePretextNetworkIsThatOfPyTorch) {
  const at::NoGradGuard no_gradients;
  const Graph graph = fresh("harnet_pretext", 5);
  std::vector<std::string> names = parameter_names("harnet5");
  names.resize(63);
  for (const char* head : {"aot_h", "scale_h", "permute_h", "time_w_h"})
    for (const char* param : {"weight", "bias"}) names.push_back(fmt::format("{}.linear1.{}", head, param));
  expect_squares(squares(graph, names), "pretext/squares", 1e-12);
  const std::vector<Tensor> logits = run(graph, {at::randn({2, 3, 150})}, {}).outputs;
  EXPECT_TRUE(at::allclose(at::stack(logits), *vectors().find("pretext/logits"), 1e-5, 1e-5));
}

TEST(HarnetVector, TrainingTakesPyTorchsSteps) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  Graph graph = fresh("harnet", 5);
  const Tensor x = at::randn({16, 3, 150});
  std::vector<double> losses;
  FitOptions options{.loss = {.kind = "cross_entropy", .class_weights = {}}, .epochs = 5};
  options.optimizer.kind = "sgd";
  options.optimizer.learning_rate = 1e-6;
  options.on_step = [&](const StepReport& step) { losses.push_back(step.loss); };
  fit(graph, TensorBatches({x}, {at::arange(16).remainder(4)}), options);
  at::set_num_threads(threads);
  const Tensor& expected = *vectors().find("train/losses");
  for (size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(losses[i], expected[static_cast<int64_t>(i)].item<double>(), 5e-4) << "step " << i;
  expect_squares(squares(graph, parameter_names("harnet5")), "train/squares", 1e-4);
}

}  // namespace
}  // namespace lathe
