/// Building, checking, printing and copying graphs: what is refused, and in which words.
#include "lathe/graph/graph.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

#include "lathe/graph/print.h"
#include "lathe/graph/verify.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

Graph two_layers() {
  Builder builder;
  Value x = relu(conv(builder.input("x", {2, 12}), "stem", {.out = 3, .kernel = 5}), "act");
  return builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 2})});
}

TEST(Builder, ReportsAMistakeWhereItIsMade) {
  Builder builder;
  const Value x = builder.input("x", {2, 12});
  const Value y = conv(x, "y", {.out = 3});
  EXPECT_EQ(error_of([&] { relu(x, "y"); }), "node 'y': the name is already taken");
  EXPECT_EQ(error_of([&] { add({x, y}, "sum"); }), "node 'sum': add: [1, 3, 12] does not line up with [1, 2, 12]");
  EXPECT_EQ(error_of([&] { add({x}, "sum"); }), "node 'sum': add: one value alone (expected a second one, or a constant)");
  EXPECT_EQ(error_of([&] { global_average_pool(flatten(x, "flat"), "mean"); }),
            "node 'mean': global_average_pool: input [1, 24] has no spatial axis");
  EXPECT_EQ(error_of([&] { conv(x, "c", {.out = 3, .groups = 2}); }),
            "conv 'c': 2 input and 3 output channels do not split into 2 groups");
  EXPECT_EQ(error_of([&] { conv(x, "c", {.out = 3, .kernel = 13}); }),
            "node 'c': conv: a kernel that reaches over 13 samples does not fit into 12 (padding included)");
  EXPECT_EQ(error_of([&] { conv(x, "c", {.out = 3, .stride = 0}); }), "conv 'c': stride 0 (expected 1 to 16777216)");
  EXPECT_EQ(error_of([&] { conv(x, "c", {.out = 3, .kernel = {3, 3}}); }),
            "conv 'c': kernel has 2 sizes (expected 1 or 1)");
  EXPECT_EQ(error_of([&] { conv(x, "c", {.out = 3, .padding_mode = "reflect"}); }),
            "conv: unknown padding mode 'reflect'; known: circular, zeros");
  EXPECT_EQ(error_of([&] { builder.input("z", {2, 0}); }),
            "input: shape [2, 0] (expected sizes of at least 1, and at most 2^31 values)");
}

TEST(Builder, ParametersTrainAndBuffersDoNot) {
  Builder builder;
  const Graph graph = builder.finish({batch_norm(builder.input("x", {2, 12}), "norm")});
  EXPECT_TRUE(graph.node("norm").params["weight"].requires_grad());
  EXPECT_FALSE(graph.node("norm").params["running_var"].requires_grad());
}

TEST(Verify, SaysWhatIsWrongWithTheList) {
  const auto after = [](const std::function<void(Graph&)>& damage) {
    Graph graph = two_layers();
    damage(graph);
    return error_of([&] { verify(graph); });
  };
  EXPECT_EQ(after([](Graph&) {}), "(no error)");
  EXPECT_EQ(after([](Graph& graph) { graph.nodes[2].name = "stem"; }), "node 'stem': the name is taken twice");
  EXPECT_EQ(after([](Graph& graph) { graph.nodes[2].name = ""; }), "node 2: the name is empty");
  EXPECT_EQ(after([](Graph& graph) { graph.nodes[2].op = nullptr; }), "node 'act': has no op");
  EXPECT_EQ(after([](Graph& graph) { graph.nodes[2].inputs = {3}; }), "node 'act': input 3 does not come before it");
  EXPECT_EQ(after([](Graph& graph) { graph.nodes[2].inputs = {}; }), "node 'act': relu: got 0 inputs (expected 1)");
  EXPECT_EQ(after([](Graph& graph) { graph.outputs = {}; }), "graph: has no output");
  EXPECT_EQ(after([](Graph& graph) { graph.outputs = {9}; }), "graph: output 9 is not a node");
}

TEST(Verify, SaysWhichTensorDoesNotFit) {
  const auto with = [](const char* node, const char* param, std::vector<int64_t> sizes) {
    Graph graph = two_layers();
    graph.node(node).params.find(param)->value = at::zeros(sizes);
    return error_of([&] { verify(graph); });
  };
  EXPECT_EQ(with("stem", "bias", {4}), "node 'stem': conv: bias [4] (expected [3])");
  EXPECT_EQ(with("stem", "weight", {3, 3, 5}), "node 'stem': conv: 2 input channels do not fit a weight of [3, 3, 5]");
  EXPECT_EQ(with("stem", "weight", {3, 2}),
            "node 'stem': conv: weight [3, 2] (expected [out, in, ...] with 1 spatial axes, none empty)");
  EXPECT_EQ(with("head", "weight", {2, 4}), "node 'head': linear: 3 input features do not fit a weight of [2, 4]");
  EXPECT_EQ(with("head", "bias", {1}), "node 'head': linear: bias [1] (expected [2])");
}

TEST(Shapes, FollowOtherLengthsAndBatches) {
  const Graph graph = two_layers();
  EXPECT_EQ(shapes(graph)[2], Shape({1, 3, 8}));
  EXPECT_EQ(shapes(graph, {{5, 2, 100}})[2], Shape({5, 3, 96}));
  EXPECT_EQ(shapes(graph, {{5, 2, 100}}).back(), Shape({5, 2}));
  EXPECT_EQ(error_of([&] { shapes(graph, {{1, 2, 4}}); }),
            "node 'stem': conv: a kernel that reaches over 5 samples does not fit into 4 (padding included)");
  EXPECT_EQ(error_of([&] { shapes(graph, {{1, 4, 12}}); }), "node 'x': input of shape [1, 4, 12] (expected [N, 2, T])");
  EXPECT_EQ(error_of([&] { shapes(graph, {{1, 2, 12}, {1, 2, 12}}); }),
            "graph: wrong number of input shapes (expected 1, got 2)");
}

TEST(Graph, AnUnknownNodeGetsASuggestion) {
  EXPECT_EQ(error_of([] { two_layers().node("stern"); }),
            "unknown node 'stern'; known: act, head, mean, stem, x (did you mean 'stem'?)");
}

TEST(Graph, ReadersAreTheNodesThatNameIt) {
  Builder builder;
  const Value x = builder.input("x", {2, 12});
  const Value y = relu(x, "y");
  const Graph graph = builder.finish({add({x, y, x}, "sum")});
  EXPECT_EQ(graph.readers(0), (std::vector<int>{1, 2}));
  EXPECT_EQ(graph.inputs(), std::vector<int>{0});
}

TEST(Graph, ACopySharesTensorsAndACloneDoesNot) {
  const Graph graph = two_layers();
  const Graph copy = graph, apart = clone(graph);
  const Tensor& weight = graph.node("stem").params["weight"];
  EXPECT_EQ(copy.node("stem").params["weight"].const_data_ptr(), weight.const_data_ptr());
  EXPECT_NE(apart.node("stem").params["weight"].const_data_ptr(), weight.const_data_ptr());
  EXPECT_TRUE(at::equal(apart.node("stem").params["weight"], weight));
  EXPECT_TRUE(apart.node("stem").params["weight"].requires_grad());
}

TEST(Print, EndsInTheTotals) {
  const std::string text = print(two_layers());
  EXPECT_NE(text.find("stem"), std::string::npos);
  EXPECT_EQ(text.substr(text.find("5 nodes")), "5 nodes, 41 parameters\n");
}

}  // namespace
}  // namespace lathe
