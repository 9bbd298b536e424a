/// harnet: published counts, lengths and filters, names, settings that make no network.
#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>

#include "lathe/cost/cost.h"
#include "tests/models/build.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::build;
using test::whole;

Graph harnet(int64_t seconds, int64_t classes = 4, int64_t version = 1) {
  return build("harnet", {{"seconds", whole(seconds)}, {"n_classes", whole(classes)}, {"version", whole(version)}});
}

int64_t parameters(const Graph& graph, std::string_view prefix) {
  int64_t count = 0;
  for (const ConstNamedParam& entry : named_params(graph))
    if (!entry.param->buffer && entry.name.starts_with(prefix)) count += entry.param->value.numel();
  return count;
}

TEST(Harnet, ParametersAreThePublishedOnes) {
  const std::vector<std::array<int64_t, 3>> published = {{5, 2, 4'491'586},   {5, 4, 4'492'612},   {5, 5, 4'493'125},
                                                         {10, 2, 10'983'234}, {10, 4, 10'984'260}, {10, 5, 10'984'773},
                                                         {30, 2, 10'983'234}, {30, 4, 10'984'260}, {30, 5, 10'984'773}};
  for (const auto& [seconds, classes, count] : published)
    EXPECT_EQ(cost(harnet(seconds, classes)).parameters, count) << seconds << " s, " << classes << " classes";
  EXPECT_EQ(cost(harnet(30, 2, 2)).parameters, 2'577'090);
  EXPECT_EQ(cost(build("harnet_pretext", {{"seconds", whole(5)}})).parameters, 4'232'008);
  for (const int64_t seconds : {10, 30})
    EXPECT_EQ(cost(build("harnet_pretext", {{"seconds", whole(seconds)}})).parameters, 10'465'608);
}

TEST(Harnet, LayersHaveThePublishedParameters) {
  const auto of_layers = [](const Graph& graph) {
    std::vector<int64_t> counts;
    for (int i = 1; i <= 5; ++i) counts.push_back(parameters(graph, fmt::format("feature_extractor.layer{}.", i)));
    return counts;
  };
  EXPECT_EQ(of_layers(harnet(5)), (std::vector<int64_t>{83'520, 369'920, 1'477'120, 1'640'960, 656'384}));
  EXPECT_EQ(of_layers(harnet(10)), (std::vector<int64_t>{83'520, 369'920, 1'477'120, 5'903'360, 2'623'488}));
  EXPECT_EQ(parameters(harnet(5), "feature_extractor."), 4'227'904);
  EXPECT_EQ(parameters(harnet(30), "feature_extractor."), 10'457'408);
}

TEST(Harnet, NamedParametersAreAsManyAsPublished) {
  const Graph graph = harnet(10);
  const auto count = [&](std::string_view prefix, bool buffers) {
    int64_t found = 0;
    for (const ConstNamedParam& entry : named_params(graph))
      found += entry.name.starts_with(prefix) && (buffers || !entry.param->buffer) ? 1 : 0;
    return found;
  };
  EXPECT_EQ(count("", false), 67);
  EXPECT_EQ(count("feature_extractor.", false), 63);
  EXPECT_EQ(count("feature_extractor.layer1.", false), 15);
  EXPECT_EQ(count("", true), 135);
  EXPECT_EQ(count("feature_extractor.", true), 131);
}

TEST(Harnet, SumsAreThePublishedOnes) {
  for (const auto& [seconds, macs] : {std::pair{5, 117'185'152}, {10, 287'616'256}, {30, 461'616'896}})
    EXPECT_EQ(cost(harnet(seconds)).macs, macs) << seconds << " s";
}

TEST(Harnet, WindowsShrinkAsPublished) {
  const auto lengths = [](const Graph& graph) {
    std::vector<int64_t> samples;
    const std::vector<Shape> all = shapes(graph);
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      if (graph.nodes[i].op->kind() == "fir") samples.push_back(all[i][2]);
    return samples;
  };
  EXPECT_EQ(lengths(harnet(5)), (std::vector<int64_t>{75, 37, 12, 4, 1}));
  EXPECT_EQ(lengths(harnet(10)), (std::vector<int64_t>{150, 75, 15, 3, 1}));
  EXPECT_EQ(lengths(harnet(30)), (std::vector<int64_t>{300, 100, 20, 4, 1}));
  EXPECT_EQ(lengths(harnet(30, 4, 2)), (std::vector<int64_t>{300, 100, 20, 4, 1}));
}

TEST(Harnet, FixedFiltersHaveThePublishedTaps) {
  const auto near = [](const Graph& graph, const std::string& node, const std::vector<double>& taps) {
    const Tensor kernel = graph.node(node).params["kernel"];
    return kernel.size(2) == std::ssize(taps) &&
           at::allclose(kernel, at::tensor(taps, at::kFloat).expand_as(kernel), 0, 1e-7);
  };
  EXPECT_TRUE(near(harnet(10), "feature_extractor.layer1.5", {.125, .375, .375, .125}));
  EXPECT_TRUE(near(harnet(10), "feature_extractor.layer3.5", {.04, .08, .12, .16, .2, .16, .12, .08, .04}));
  EXPECT_TRUE(near(harnet(10), "feature_extractor.layer5.3", {1 / 9., 2 / 9., 3 / 9., 2 / 9., 1 / 9.}));
  EXPECT_TRUE(near(harnet(30), "feature_extractor.layer5.3", {.25, .25, .25, .25}));
}

TEST(Harnet, SettingsThatMakeNoNetworkAreRefused) {
  EXPECT_EQ(test::error_of([] { harnet(20); }), "test:1: 'seconds' is 20 (expected 5, 10 or 30)");
  EXPECT_EQ(test::error_of([] { harnet(30, 4, 3); }), "test:1: 'version' is 3 (expected 1 or 2)");
  EXPECT_EQ(test::error_of([] { harnet(10, 4, 2); }), "test:1: 'version' 2 takes windows of 30 s; set seconds = 30");
}

}  // namespace
}  // namespace lathe
