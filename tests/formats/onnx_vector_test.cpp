/// Tiny networks as both exporters of PyTorch write them, against PyTorch's own outputs; and what the importer
/// recognised in them. The files are written by tools/make_onnx_vectors.py.
#include <gtest/gtest.h>

#include "lathe/base/text.h"
#include "lathe/exec/run.h"
#include "lathe/formats/export_onnx.h"
#include "lathe/formats/import_onnx.h"
#include "lathe/formats/safetensors.h"
#include "lathe/graph/print.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

const std::filesystem::path kVectors = test::source_folder() / "tests/vectors/onnx";

double relative_difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return a.sub(b).abs().max().div(b.abs().max()).item().toDouble();
}

Tensor expected(const std::string& name) {
  static const TensorFile file = read_safetensors(kVectors / "expected.safetensors");
  return *file.find(name);
}

Graph read(const std::string& file) {
  return import_onnx(kVectors / (file + ".onnx")).graph;
}

std::string ops_of(const Graph& graph) {
  std::vector<std::string> kinds;
  for (const Node& node : graph.nodes) kinds.emplace_back(node.op->kind());
  return join(kinds, " ");
}

class OnnxVector : public testing::TestWithParam<const char*> {};

TEST_P(OnnxVector, BothExportersFilesGiveWhatPyTorchGives) {
  const std::string name = GetParam();
  for (const char* exporter : {"-trace", "-dynamo"}) {
    const Graph graph = read(name + exporter);
    EXPECT_LT(relative_difference(run(graph, expected(name + ".x")), expected(name + ".y")), 1e-5)
        << exporter << print(graph);
  }
}

TEST_P(OnnxVector, WrittenAndReadAgainTheyStillDo) {
  const std::string name = GetParam();
  const test::ScratchFolder folder;
  for (const char* exporter : {"-trace", "-dynamo"}) {
    export_onnx(folder / "m.onnx", {name, read(name + exporter)});
    const Graph again = import_onnx(folder / "m.onnx").graph;
    EXPECT_LT(relative_difference(run(again, expected(name + ".x")), expected(name + ".y")), 1e-5) << exporter;
  }
}

INSTANTIATE_TEST_SUITE_P(Nets, OnnxVector, testing::Values("circular", "mobile", "norms", "unet", "causal", "residual"),
                         [](const auto& info) { return std::string(info.param); });

TEST(OnnxImport, CircularPaddingAndShapeArithmeticBecomeOneLayerEach) {
  EXPECT_EQ(ops_of(read("circular-trace")),
            "input pad conv batch_norm relu pad conv batch_norm relu pad conv add batch_norm relu conv flatten linear");
  EXPECT_EQ(ops_of(read("circular-dynamo")),  // batch norms behind a convolution are fused into it
            "input pad conv batch_norm relu pad conv relu pad conv add batch_norm relu conv flatten linear");
}

TEST(OnnxImport, HardSwishIsRecognisedBehindCasts) {
  EXPECT_EQ(ops_of(read("mobile-trace")),
            "input pad conv batch_norm clip conv hard_swish reduce conv relu conv hard_sigmoid mul hard_swish "
            "global_average_pool linear");
  EXPECT_EQ(
      ops_of(read("mobile-dynamo")),
      "input conv clip conv hard_swish reduce conv relu conv hard_sigmoid mul hard_swish global_average_pool linear");
}

TEST(OnnxImport, NormsAndSmoothActivationsAreRecognised) {
  for (const char* file : {"norms-trace", "norms-dynamo"})
    EXPECT_EQ(ops_of(read(file)),
              "input transpose linear layer_norm gelu linear gelu silu transpose group_norm global_max_pool linear "
              "log_softmax");
}

TEST(OnnxImport, OneFilterForAllChannelsIsNotTrained) {
  for (const char* file : {"circular-trace", "circular-dynamo"}) {
    const Graph graph = read(file);
    EXPECT_FALSE(graph.node("down").params["weight"].requires_grad());
    EXPECT_TRUE(graph.node("stem").params["weight"].requires_grad());
  }
}

TEST(OnnxImport, LayersAreCalledAfterTheirWeights) {
  const Graph graph = read("residual-trace");
  EXPECT_EQ(graph.node("blocks.0.conv1").op->kind(), "conv");
  EXPECT_EQ(graph.node("blocks.0.bn1").op->kind(), "batch_norm");
  EXPECT_EQ(graph.node("head").op->kind(), "linear");
  EXPECT_TRUE(graph.node("head").params["weight"].requires_grad());
  EXPECT_FALSE(graph.node("blocks.0.bn1").params["running_mean"].requires_grad());
  EXPECT_EQ(parameter_count(graph), 257);
}

}  // namespace
}  // namespace lathe
