/// Training what was imported: losses step by step against PyTorch's, batch norm in training mode. A tiny net from
/// tests/vectors; any other (a ResNet-18: tools/check_onnx_training.py) from the folder $LATHE_ONNX_TRAINING.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lathe/formats/import_onnx.h"
#include "lathe/formats/safetensors.h"
#include "lathe/train/fit.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

struct Losses {
  std::vector<double> got, expected;
};

Losses losses_of(const std::filesystem::path& model, const std::filesystem::path& training) {
  at::set_num_threads(1);
  const TensorFile file = read_safetensors(training);
  const Tensor& losses = *file.find("losses");
  Graph graph = import_onnx(model).graph;
  Losses result;
  for (int64_t step = 0; step < losses.numel(); ++step) result.expected.push_back(losses[step].item().toDouble());
  FitOptions options{.loss = {.kind = "cross_entropy"},
                     .optimizer = {.kind = "sgd",
                                   .learning_rate = std::stod(file.metadata.at("learning_rate")),
                                   .momentum = std::stod(file.metadata.at("momentum"))},
                     .epochs = losses.numel()};
  options.on_step = [&](const StepReport& report) { result.got.push_back(report.loss); };
  fit(graph, TensorBatches({*file.find("inputs")}, {*file.find("targets")}), options);
  return result;
}

void expect_equal(const Losses& losses) {
  ASSERT_EQ(losses.got.size(), losses.expected.size());
  for (size_t step = 0; step < losses.got.size(); ++step)
    EXPECT_NEAR(losses.got[step], losses.expected[step], 1e-4 * losses.expected[step]) << "step " << step;
}

TEST(OnnxTraining, ATinyResidualNetworkFollowsPyTorch) {
  const std::filesystem::path vectors = test::source_folder() / "tests/vectors/onnx";
  const Losses losses = losses_of(vectors / "residual-trace.onnx", vectors / "training.safetensors");
  expect_equal(losses);
  EXPECT_LT(losses.got.back(), 0.9 * losses.got.front());
}

TEST(OnnxTraining, TheNetworkOfTheFolderFollowsPyTorch) {
  const char* folder = std::getenv("LATHE_ONNX_TRAINING");
  if (folder == nullptr)
    GTEST_SKIP()
        << "needs a network and its training: set LATHE_ONNX_TRAINING to what tools/check_onnx_training.py --work made";
  const Losses losses =
      losses_of(std::filesystem::path(folder) / "model.onnx", std::filesystem::path(folder) / "training.safetensors");
  if (const char* report = std::getenv("LATHE_ONNX_TRAINING_REPORT")) {
    nlohmann::json rows = nlohmann::json::array();
    for (size_t step = 0; step < losses.got.size(); ++step)
      rows.push_back({{"loss", losses.got[step]}, {"expected", losses.expected[step]}});
    std::ofstream(report) << rows.dump(1);
  }
  expect_equal(losses);
}

}  // namespace
}  // namespace lathe
