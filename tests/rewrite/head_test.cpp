/// Where a classifier begins, what a new one looks like, and that the trunk in front of it stays to the last bit.
#include "lathe/rewrite/head.h"

#include <ATen/Context.h>
#include <ATen/ops/randn.h>

#include "lathe/exec/run.h"
#include "lathe/models/model_registry.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

/// As harnet, but small: [N, 3, 8] -> [N, 4] features -> the layers of its classifier.
Value trunk(Builder& builder) {
  Value x = conv(builder.input("input", {3, 8}), "extractor.0", {.out = 4, .kernel = 3, .padding_mode = "circular"});
  return flatten(max_pool(relu(batch_norm(x, "extractor.1"), "extractor.2"), "extractor.3", {.kernel = 6}), "features");
}

Graph classifier() {
  Builder builder;
  Value x = relu(linear(trunk(builder), "classifier.linear1", {.out = 6}), "classifier.relu");
  return builder.finish({linear(x, "classifier.linear2", {.out = 5})});
}

Graph pretext() {
  Builder builder;
  const Value x = trunk(builder);
  return builder.finish({linear(x, "aot_h.linear1", {.out = 2}), linear(x, "scale_h.linear1", {.out = 2})});
}

std::string names_of(const Graph& graph, int from) {
  std::vector<std::string> names;
  for (size_t i = static_cast<size_t>(from); i < graph.nodes.size(); ++i) names.push_back(graph.nodes[i].name);
  return join(names);
}

TEST(Head, BeginsBehindWhatTheLastLinearLayersRead) {
  EXPECT_EQ(feature_node(classifier()), "features");
  EXPECT_EQ(feature_node(pretext()), "features");
  Builder builder;
  Value x = flatten(builder.input("x", {2, 3}), "flat");
  x = dropout(relu(batch_norm(linear(x, "fc1", {.out = 4}), "norm"), "act"), "drop", 0.5);
  EXPECT_EQ(feature_node(builder.finish({softmax(linear(x, "fc2", {.out = 2}), "probabilities")})), "flat");
}

TEST(Head, ItsNodesAreThoseBehindTheFeatures) {
  EXPECT_EQ(join(head_nodes(classifier())), "classifier.linear1, classifier.relu, classifier.linear2");
  EXPECT_EQ(join(head_nodes(pretext())), "aot_h.linear1, scale_h.linear1");
  EXPECT_EQ(join(head_nodes(classifier(), "classifier.relu")), "classifier.linear2");
}

TEST(Head, OfNamedModels) {
  for (const char* name : {"conv1d", "deep_cnn", "kernel_classifier", "lenet", "light_cnn"}) {
    Graph graph = build_model(name, Settings("test"));
    const std::string features = feature_node(graph);
    replace_head(graph, {.classes = 7});
    EXPECT_EQ(shapes(graph)[static_cast<size_t>(graph.outputs[0])], Shape({1, 7})) << name;
    EXPECT_EQ(feature_node(graph), features) << name;
  }
}

TEST(Head, WhereItBeginsMustBeSaidWhereNoLinearLayerEndsTheNetwork) {
  EXPECT_EQ(error_of([] { feature_node(build_model("cp_resnet", Settings("test"))); }),
            "head: no linear layer ends the way to 'feed_forward.2' (global_average_pool), so where the classifier "
            "begins is not known; give features, the node that it reads; 'stage3.block2.relu2', which "
            "'feed_forward.0' reads, might do");
  Builder builder;
  Value x = relu(linear(builder.input("x", {6}), "fc1", {.out = 4}), "act");
  EXPECT_EQ(error_of([graph = builder.finish({linear(x, "fc2", {.out = 2})})] { feature_node(graph); }),
            "head: the network is a classifier from its input 'x' on; give features, the node that the new one reads "
            "('act')");
}

TEST(Head, OutputsMustReadTheSame) {
  Builder builder;
  const Value x = builder.input("x", {2, 4});
  const Graph graph = builder.finish(
      {linear(flatten(x, "flat"), "a", {.out = 2}), linear(global_average_pool(x, "mean"), "b", {.out = 2})});
  EXPECT_EQ(error_of([&] { feature_node(graph); }),
            "head: 'a' is computed from 'flat', and 'b' from 'mean'; give features, the node that a classifier reads");
}

TEST(ReplaceHead, RepeatsTheOldLayersWithOtherClasses) {
  Graph graph = classifier();
  const Graph before = clone(graph);
  replace_head(graph, {.classes = 12});
  EXPECT_EQ(names_of(graph, 6), "classifier.linear1, classifier.relu, classifier.linear2");
  EXPECT_EQ(graph.node("classifier.linear1").params["weight"].sizes(), (std::vector<int64_t>{6, 4}));
  EXPECT_EQ(graph.node("classifier.linear2").params["weight"].sizes(), (std::vector<int64_t>{12, 6}));
  EXPECT_FALSE(
      graph.node("classifier.linear1").params["weight"].equal(before.node("classifier.linear1").params["weight"]));
  const Tensor x = at::randn({2, 3, 8});
  EXPECT_TRUE(run(graph, std::vector<Tensor>{x}, {.taps = {"features"}})
                  .taps.at("features")
                  .equal(run(before, std::vector<Tensor>{x}, {.taps = {"features"}}).taps.at("features")));
}

TEST(ReplaceHead, DrawsAsPyTorchDoes) {
  Graph graph = classifier();
  at::manual_seed(3);
  replace_head(graph, {.classes = 2, .hidden = 6});
  at::manual_seed(3);
  Builder builder;
  const Value x = linear(builder.input("x", {4}), "first", {.out = 6});
  const Graph drawn = builder.finish({linear(x, "last", {.out = 2})});
  for (const char* param : {"weight", "bias"}) {
    EXPECT_TRUE(graph.node("classifier.linear1").params[param].equal(drawn.node("first").params[param]));
    EXPECT_TRUE(graph.node("classifier.linear2").params[param].equal(drawn.node("last").params[param]));
    EXPECT_TRUE(graph.node("classifier.linear2").params[param].requires_grad());
  }
}

TEST(ReplaceHead, OfAPretextNetIsAClassifier) {
  Graph graph = pretext();
  replace_head(graph, {.features = "features", .classes = 3, .hidden = 512});
  EXPECT_EQ(names_of(graph, 6), "classifier.linear1, classifier.relu, classifier.linear2");
  EXPECT_EQ(run(graph, at::randn({2, 3, 8})).sizes(), (std::vector<int64_t>{2, 3}));
  replace_head(graph, {.classes = 4, .hidden = 0});
  EXPECT_EQ(names_of(graph, 6), "classifier");
}

TEST(ReplaceHead, ASoftmaxBehindTheOldOneGoes) {
  Builder builder;
  const Value x = linear(flatten(builder.input("x", {2, 3}), "flat"), "fc", {.out = 2, .bias = false});
  Graph graph = builder.finish({softmax(dropout(x, "drop", 0.5), "probabilities")});
  replace_head(graph, {.classes = 3});
  EXPECT_EQ(names_of(graph, 0), "x, flat, fc");
  EXPECT_FALSE(graph.node("fc").params.has("bias"));
}

TEST(ReplaceHead, AveragesFeaturesOverSpace) {
  Graph graph = build_model("cp_resnet", Settings("test"));
  replace_head(graph, {.features = "stage3.block2.relu2", .classes = 3});
  EXPECT_EQ(graph.nodes.back().name, "classifier");
  EXPECT_EQ(graph.nodes[graph.nodes.size() - 2].name, "stage3.block2.relu2.pool");
  EXPECT_EQ(shapes(graph).back(), Shape({1, 3}));
}

TEST(ReplaceHead, LeavesTheGraphAloneWhereItFails) {
  Graph graph = classifier();
  EXPECT_EQ(error_of([&] { replace_head(graph, {.features = "feature", .classes = 3}); }),
            "unknown node 'feature'; known: classifier.linear1, classifier.linear2, classifier.relu, extractor.0, "
            "extractor.1, extractor.2, extractor.3, features, input (did you mean 'features'?)");
  EXPECT_EQ(error_of([&] { replace_head(graph, {.classes = 0}); }), "head: classes is 0 (expected at least 1)");
  EXPECT_EQ(error_of([&] { replace_head(graph, {.features = "classifier.relu", .classes = 3, .hidden = 2}); }),
            "head: the name 'classifier.linear1' is taken by a node in front of the features");
  EXPECT_EQ(graph.nodes.size(), 9U);
}

TEST(WithHeads, SharesTheTrunkAndKeepsHeadsThatAreThere) {
  Graph graph = pretext();
  const Graph wide = with_heads(graph, "", {{"scale_h.linear1", 2}, {"time_w_h.linear1", 3}});
  const RunResult result = run(wide, std::vector<Tensor>{at::randn({2, 3, 8})});
  EXPECT_EQ(result.outputs[1].sizes(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(names_of(wide, 6), "scale_h.linear1, time_w_h.linear1");
  for (const char* node : {"extractor.0", "scale_h.linear1"})
    EXPECT_TRUE(wide.node(node).params["weight"].is_same(graph.node(node).params["weight"])) << node;
  EXPECT_EQ(names_of(with_heads(classifier(), "features", {{"aot_h.linear1", 2}}), 6), "aot_h.linear1");
}

TEST(WithHeads, ANameThatMeansAnotherLayerIsRefused) {
  EXPECT_EQ(error_of([] { with_heads(pretext(), "features", {{"aot_h.linear1", 3}}); }),
            "heads: 'aot_h.linear1' is there already and is another layer (expected linear, 3 outputs, reading "
            "'features')");
  EXPECT_EQ(error_of([] { with_heads(pretext(), "features", {{"extractor.0", 2}}); }),
            "head: the name 'extractor.0' is taken by a node in front of the features");
  EXPECT_EQ(error_of([] { with_heads(pretext(), "features", {}); }), "heads: none is given (expected at least one)");
}

}  // namespace
}  // namespace lathe
