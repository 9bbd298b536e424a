/// Names that differ between file and graph: prefixes of wrappers, rules of the user's, and what is passed over.
#include "lathe/formats/load_weights.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include "lathe/graph/builder.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

Graph two_layers(int64_t classes = 2) {
  Builder builder;
  const Value x = linear(builder.input("x", {3}), "body", {.out = 4});
  return builder.finish({linear(x, "head", {.out = classes})});
}

/// The weights of `two_layers`, all of one value, under other names.
TensorFile weights(const std::string& prefix, double value = 5, int64_t classes = 2) {
  TensorFile file;
  Graph graph = two_layers(classes);
  for (const NamedParam& entry : named_params(graph))
    file.tensors.emplace_back(prefix + entry.name, at::full(entry.param->value.sizes(), value));
  return file;
}

TEST(LoadWeightsNames, PrefixesOfWrappersAreTakenOff) {
  for (const char* prefix : {"", "module.", "model.", "net.", "_orig_mod.", "module._orig_mod.", "model.net."}) {
    Graph graph = two_layers();
    EXPECT_EQ(load_weights(graph, weights(prefix)).prefix, prefix);
    EXPECT_TRUE(at::equal(graph.node("head").params["bias"].detach(), at::full({2}, 5.0))) << prefix;
  }
}

TEST(LoadWeightsNames, APrefixStaysWhereTheGraphHasItToo) {
  Builder builder;
  Graph graph = builder.finish({linear(builder.input("x", {3}), "model.head", {.out = 2})});
  TensorFile file;
  for (const NamedParam& entry : named_params(graph)) file.tensors.emplace_back(entry.name, entry.param->value.clone());
  EXPECT_EQ(load_weights(graph, file).prefix, "");
}

TEST(LoadWeightsNames, NoOtherPrefixIsGuessed) {
  Graph graph = two_layers();
  EXPECT_EQ(error_of([&] { load_weights(graph, weights("encoder.")); }),
            "the weights do not fit the graph: missing body.weight, body.bias, head.weight, head.bias; unexpected "
            "encoder.body.bias, encoder.body.weight, encoder.head.bias, encoder.head.weight");
}

TEST(LoadWeightsNames, RulesRename) {
  Graph graph = two_layers();
  TensorFile file = weights("encoder.");
  file.tensors.emplace_back("decoder.weight", at::ones({1}));
  const LoadedWeights report =
      load_weights(graph, file, {.names = {{"encoder.head.bias", "head.bias"}, {"encoder.*", "*"}, {"decoder.*", ""}}});
  EXPECT_EQ(report.loaded, (std::vector<std::string>{"body.weight", "body.bias", "head.weight", "head.bias"}));
}

TEST(LoadWeightsNames, ARuleThatDoesNothingIsAMistake) {
  Graph graph = two_layers();
  EXPECT_EQ(error_of([&] { load_weights(graph, weights(""), {.names = {{"encodr.*", "*"}}}); }),
            "names: 'encodr.*' matches no tensor that an earlier rule left over (the file begins with: body.weight)");
  EXPECT_EQ(error_of([&] { load_weights(graph, weights(""), {.names = {{"*.*", "*"}}}); }),
            "names: '*.*' = '*' is no rule (expected at most one star, and none on the right alone)");
  EXPECT_EQ(error_of([&] { load_weights(graph, weights(""), {.names = {{"body.*", "x"}}}); }),
            "names: two tensors are called 'x', one of them 'body.bias' in the file");
}

TEST(LoadWeightsNames, ANewClassifierGoesOnAnOldNetwork) {
  Graph graph = two_layers(7);
  const LoadedWeights report =
      load_weights(graph, weights("module.", 5, 2), {.names = {{"module.head.bias", ""}}, .strict = false});
  EXPECT_EQ(report.loaded, (std::vector<std::string>{"body.weight", "body.bias"}));
  EXPECT_EQ(report.missing, std::vector<std::string>{"head.bias"});
  EXPECT_EQ(report.misshapen, std::vector<std::string>{"head.weight (expected Float [7, 4], got Float [2, 4])"});
  EXPECT_TRUE(report.unexpected.empty());
}

TEST(LoadWeightsNames, NothingAtAllIsAMistakeEvenWhenNotStrict) {
  Graph graph = two_layers();
  TensorFile file;
  file.tensors.emplace_back("x", at::ones({1}));
  EXPECT_EQ(error_of([&] { load_weights(graph, file, {.strict = false}); }),
            "the weights do not fit the graph: missing body.weight, body.bias, head.weight, head.bias; unexpected x");
}

TEST(LoadWeightsNames, LongListsAreCutAndCounted) {
  Graph graph = two_layers();
  TensorFile file = weights("");
  for (int i = 10; i < 23; ++i) file.tensors.emplace_back("x" + std::to_string(i), at::ones({1}));
  EXPECT_EQ(error_of([&] { load_weights(graph, file); }),
            "the weights do not fit the graph: unexpected x10, x11, x12, x13, x14, x15, x16, x17, x18, x19 and 3 more");
}

}  // namespace
}  // namespace lathe
