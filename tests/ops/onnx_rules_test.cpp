/// How nodes of several ONNX versions are read: settings that were attributes once and are inputs now, and what is
/// refused.
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>

#include "lathe/ops/op_registry.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

/// Reads one node whose first input is a value of `sample` and whose others are `constants`.
struct Reading {
  Builder builder;
  Shape shape;
  OpPtr op;
  Params params;

  Reading(const OnnxNode& node, int64_t opset, const Shape& sample, const std::vector<Tensor>& constants = {}) {
    std::vector<OnnxInput> inputs{{builder.input("x", sample), {}, false}};
    for (const Tensor& constant : constants) inputs.push_back({{}, constant, true});
    OnnxCall call(builder, node, opset, "op", inputs);
    for (const OpEntry& entry : ops())
      for (const OnnxRule& rule : entry.onnx())
        if (rule.type == node.type) shape = rule.read(call).at(0).shape();
    const Graph graph = builder.finish({{&builder, 1}});
    op = graph.node("op").op;
    params = graph.node("op").params;
  }
};

std::string refusal(const OnnxNode& node, int64_t opset, const Shape& sample,
                    const std::vector<Tensor>& constants = {}) {
  return test::error_of([&] { Reading(node, opset, sample, constants); });
}

OnnxNode node(std::string type, OnnxAttributes attributes = {}) {
  return {"op", std::move(type), {}, {"y"}, std::move(attributes), {}, {}};
}

TEST(OnnxRules, LimitsOfClipAreAttributesBeforeOpset11AndInputsSince) {
  EXPECT_EQ(Reading(node("Clip", {{"min", 0.0F}, {"max", 6.0F}}), 10, {3}).op->attributes().text(), "max=6, min=0");
  EXPECT_EQ(Reading(node("Clip"), 11, {3}, {at::full({}, 0.0), at::full({}, 6.0)}).op->attributes().text(),
            "max=6, min=0");
  EXPECT_EQ(Reading(node("Clip"), 13, {3}, {Tensor(), at::full({}, 6.0)}).op->attributes().text(), "max=6");
  EXPECT_EQ(Reading(node("Clip", {{"min", -3.4028234663852886e38F}}), 6, {3}).op->attributes().text(), "");
}

TEST(OnnxRules, SlopesOfPreluLieOnTheChannels) {
  EXPECT_EQ(Reading(node("PRelu"), 9, {3, 4, 5}, {at::full({3, 1, 1}, 0.1)}).params["weight"].sizes(),
            at::IntArrayRef({3}));
  EXPECT_EQ(Reading(node("PRelu"), 16, {3, 4}, {at::full({1, 3, 1}, 0.1)}).params["weight"].sizes(),
            at::IntArrayRef({3}));
  EXPECT_EQ(Reading(node("PRelu"), 16, {3, 4}, {at::full({}, 0.1)}).params["weight"].sizes(), at::IntArrayRef({1}));
  EXPECT_EQ(refusal(node("PRelu"), 16, {3, 4}, {at::full({4}, 0.1)}),
            "slope [4] for the input [1, 3, 4] (expected one a channel, or one number)");
}

TEST(OnnxRules, SoftmaxBeforeOpset13JoinsTheAxesBehind) {
  EXPECT_EQ(Reading(node("Softmax"), 11, {3}).op->attributes().text(), "axis=1");
  EXPECT_EQ(Reading(node("Softmax", {{"axis", int64_t{-1}}}), 11, {3, 4}).op->attributes().text(), "axis=2");
  EXPECT_EQ(Reading(node("LogSoftmax"), 13, {3, 4}).op->attributes().text(), "axis=2");
  EXPECT_EQ(refusal(node("Softmax"), 11, {3, 4}),
            "axis 1 of [1, 3, 4] before opset 13, where it joins the axes behind it");
}

TEST(OnnxRules, TheBatchIsNoAxisToWorkAlong) {
  EXPECT_EQ(refusal(node("Softmax", {{"axis", int64_t{0}}}), 13, {3}),
            "softmax: axis 0 is the batch (expected 1 to 1)");
  EXPECT_EQ(refusal(node("Concat", {{"axis", int64_t{-2}}}), 13, {3}), "concat: axis 0 is the batch (expected 1 to 1)");
}

TEST(OnnxRules, AConstantOperandTrainsWhereTheFileHoldsItAsAWeight) {
  const Reading reading(node("Mul"), 14, {3, 4}, {at::full({3, 1}, 2.0)});
  EXPECT_FALSE(reading.params.find("value")->buffer);
  EXPECT_EQ(reading.shape, Shape({1, 3, 4}));
}

TEST(OnnxRules, HardSigmoidMeansASixth) {
  const Reading reading(node("HardSigmoid", {{"alpha", 1.0F / 6}}), 14, {3});
  EXPECT_EQ(reading.op->attributes().real("alpha"), 1.0 / 6);
}

TEST(OnnxRules, FilesFromBeforeTheAxisMeanTheChannels) {
  for (const char* kind : {"concat", "softmax"}) EXPECT_EQ(ops().at(kind).make({})->attributes().integer("axis"), 1);
}

}  // namespace
}  // namespace lathe
