/// How nodes that shape, cut, pad, pool and resample are read from several ONNX versions, what is refused, and which
/// channels of a cut or reshaped axis can still go.
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include "lathe/exec/run.h"
#include "lathe/graph/units.h"
#include "lathe/ops/layers.h"
#include "lathe/ops/op_registry.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

OnnxNode node(std::string type, OnnxAttributes attributes = {}, std::vector<std::string> outputs = {"y"}) {
  return {"op", std::move(type), {}, std::move(outputs), std::move(attributes), {}, {}};
}
Tensor integers(const std::vector<int64_t>& values) {
  return at::tensor(values, at::kLong);
}

/// The graph that one node becomes: its first input is a value of `sample`, the others are `constants`.
Graph reading(const OnnxNode& node, int64_t opset, const Shape& sample, const std::vector<Tensor>& constants = {}) {
  Builder builder;
  std::vector<OnnxInput> inputs{{builder.input("x", sample), {}, false}};
  for (const Tensor& constant : constants) inputs.push_back({{}, constant, true});
  OnnxCall call(builder, node, opset, "op", inputs);
  std::vector<Value> outputs;
  for (const OpEntry& entry : ops())
    for (const OnnxRule& rule : entry.onnx())
      if (rule.type == node.type) outputs = rule.read(call);
  return builder.finish(outputs);
}

/// "kind (settings)" of every node but the input.
std::string text(const Graph& graph) {
  std::vector<std::string> nodes;
  for (size_t i = 1; i < graph.nodes.size(); ++i)
    nodes.push_back(fmt::format("{} ({})", graph.nodes[i].op->kind(), graph.nodes[i].op->attributes().text()));
  return fmt::format("{}", fmt::join(nodes, ", "));
}
std::string read(const OnnxNode& node, int64_t opset, const Shape& sample, const std::vector<Tensor>& constants = {}) {
  return text(reading(node, opset, sample, constants));
}
std::string refusal(const OnnxNode& node, int64_t opset, const Shape& sample,
                    const std::vector<Tensor>& constants = {}) {
  return test::error_of([&] { reading(node, opset, sample, constants); });
}
using List = std::vector<int64_t>;

TEST(ShapeRules, PadsAreAttributesBeforeOpset11AndInputsSince) {
  const std::string expected = "pad (mode=constant, padding=[1, 2], value=0.5)";
  EXPECT_EQ(read(node("Pad", {{"pads", List{0, 0, 1, 0, 0, 2}}, {"value", 0.5F}}), 9, {3, 5}), expected);
  EXPECT_EQ(read(node("Pad"), 13, {3, 5}, {integers({0, 0, 1, 0, 0, 2}), at::full({}, 0.5)}), expected);
  EXPECT_EQ(read(node("Pad"), 18, {3, 5}, {integers({1, 2}), at::full({}, 0.5), integers({-1})}), expected);
  EXPECT_EQ(read(node("Pad", {{"mode", std::string("wrap")}}), 19, {3, 5}, {integers({0, 0, 1, 0, 0, 2})}),
            "pad (mode=circular, padding=[1, 2], value=0)");
}

TEST(ShapeRules, PadsOfChannelsAndCutsAreRefused) {
  EXPECT_EQ(refusal(node("Pad"), 13, {3, 5}, {integers({0, 1, 0, 0, 1, 0})}),
            "pads axis 1 (expected the spatial axes alone)");
  EXPECT_EQ(refusal(node("Pad"), 13, {3, 5}, {integers({0, 0, -1, 0, 0, 0})}),
            "pads by -1 and 0, which cuts (expected at least 0)");
}

TEST(ShapeRules, AMeanOverAllOfSpaceIsAGlobalPoolUnlessTheAxesStay) {
  EXPECT_EQ(read(node("ReduceMean", {{"axes", List{-1, 2}}, {"keepdims", int64_t{0}}}), 13, {3, 4, 5}),
            "global_average_pool ()");
  EXPECT_EQ(read(node("ReduceMean"), 18, {3, 4, 5}, {integers({2, 3})}), "reduce (axes=[2, 3], how=mean, keep=true)");
  EXPECT_EQ(read(node("GlobalAveragePool"), 13, {3, 4, 5}), "reduce (axes=[2, 3], how=mean, keep=true)");
  EXPECT_EQ(read(node("ReduceMax", {{"axes", List{2}}, {"keepdims", int64_t{0}}}), 13, {3, 4}), "global_max_pool ()");
  EXPECT_EQ(refusal(node("ReduceSum"), 13, {3, 4}), "reduces all axes, the batch among them");
  EXPECT_EQ(refusal(node("ReduceSum"), 13, {3, 4}, {integers({0})}), "reduce: axis 0 is the batch (expected 1 to 2)");
}

TEST(ShapeRules, AReshapeThatFlattensIsAFlatten) {
  EXPECT_EQ(read(node("Reshape"), 13, {3, 4}, {integers({0, -1})}), "flatten ()");
  EXPECT_EQ(read(node("Reshape"), 13, {3, 4}, {integers({-1, 12})}), "flatten ()");
  EXPECT_EQ(read(node("Reshape"), 13, {3, 4}, {integers({1, 3, 2, -1})}), "reshape (sizes=[0, 2, -1])");
  EXPECT_EQ(refusal(node("Reshape"), 13, {3, 4}, {integers({-1, 4})}),
            "makes [-1, 4] of [1, 3, 4], which moves values between rows of the batch");
  EXPECT_EQ(refusal(node("Reshape"), 13, {3, 4}, {integers({2, -1})}),
            "makes [2, -1] of [1, 3, 4], which moves values between rows of the batch");
}

TEST(ShapeRules, SqueezeWithoutAxesLeavesTheBatch) {
  EXPECT_EQ(read(node("Squeeze"), 13, {3, 1, 1}), "squeeze (axes=[2, 3])");
  EXPECT_EQ(read(node("Squeeze", {{"axes", List{-1}}}), 11, {3, 1, 1}), "squeeze (axes=[3])");
  EXPECT_EQ(read(node("Unsqueeze"), 13, {3}, {integers({-1, 2})}), "unsqueeze (axes=[2, 3])");
}

TEST(ShapeRules, SlicesAreAttributesBeforeOpset10AndInputsSince) {
  EXPECT_EQ(read(node("Slice", {{"starts", List{1}}, {"ends", List{100}}, {"axes", List{2}}}), 9, {3, 5}),
            "slice (axis=2, from=1, step=1)");
  EXPECT_EQ(read(node("Slice"), 13, {3, 5},
                 {integers({0, -4}), integers({INT64_MAX, -1}), integers({0, -1}), integers({1, 2})}),
            "slice (axis=2, from=-4, step=2, to=-1)");
  EXPECT_EQ(refusal(node("Slice"), 13, {3, 5}, {integers({-1}), integers({-9}), integers({2}), integers({-1})}),
            "step -1 (expected at least 1)");
}

TEST(ShapeRules, SplitBecomesASliceAnOutput) {
  const std::string halves = "slice (axis=1, from=0, step=1, to=2), slice (axis=1, from=2, step=1)";
  const auto split = [](OnnxAttributes attributes) {
    attributes["axis"] = int64_t{1};
    return node("Split", std::move(attributes), {"a", "b"});
  };
  EXPECT_EQ(read(split({}), 13, {4, 5}), halves);
  EXPECT_EQ(read(split({{"num_outputs", int64_t{2}}}), 18, {3, 5}), halves);
  EXPECT_EQ(read(split({{"split", List{2, 1}}}), 11, {3, 5}), halves);
  EXPECT_EQ(read(split({}), 13, {3, 5}, {integers({2, 1})}), halves);
}

TEST(ShapeRules, GatherOfOneEntryIsASliceThatLosesItsAxis) {
  EXPECT_EQ(read(node("Gather", {{"axis", int64_t{2}}}), 13, {3, 5}, {at::full({}, -1, at::kLong)}),
            "slice (axis=2, from=-1, step=1), squeeze (axes=[2])");
  EXPECT_EQ(refusal(node("Gather", {{"axis", int64_t{2}}}), 13, {3, 5}, {integers({0, 2})}),
            "takes entries of shape [2] (expected one)");
}

TEST(ShapeRules, AProductWithAConstantIsALinearLayer) {
  const Graph graph = reading(node("MatMul"), 13, {3, 5}, {at::ones({5, 2})});
  EXPECT_EQ(text(graph), "linear ()");
  EXPECT_EQ(graph.node("op").params["weight"].sizes(), at::IntArrayRef({2, 5}));
}

TEST(ShapeRules, ResizeTakesScalesOrSizesAndSaysWhatItCannotDo) {
  const auto resize = [](const char* mode, const char* where, const char* rounding) {
    return node("Resize", {{"mode", std::string(mode)},
                           {"coordinate_transformation_mode", std::string(where)},
                           {"nearest_mode", std::string(rounding)}});
  };
  const Tensor none, scales = at::tensor({1.0F, 1.0F, 2.0F});
  EXPECT_EQ(read(resize("nearest", "asymmetric", "floor"), 13, {3, 4}, {none, scales}),
            "upsample (align_corners=false, factor=[2], mode=nearest)");
  EXPECT_EQ(read(resize("linear", "align_corners", "floor"), 13, {3, 4},
                 {at::empty({0}), at::empty({0}), integers({1, 3, 7})}),
            "upsample (align_corners=true, mode=linear, size=[7])");
  EXPECT_EQ(read(node("Upsample"), 9, {3, 4}, {scales}), "upsample (align_corners=false, factor=[2], mode=nearest)");
  EXPECT_EQ(refusal(resize("cubic", "half_pixel", "floor"), 13, {3, 4}, {none, scales}),
            "mode 'cubic' (expected nearest or linear)");
  EXPECT_EQ(refusal(resize("nearest", "asymmetric", "ceil"), 13, {3, 4}, {none, scales}),
            "nearest with 'asymmetric' coordinates and 'ceil' (expected asymmetric and floor)");
}

TEST(ShapeRules, AGroupNormOfOpset18HasOneScaleAGroup) {
  const auto norm = node("GroupNormalization", {{"num_groups", int64_t{2}}});
  const Graph graph = reading(norm, 18, {4, 3}, {at::tensor({1.0F, 2.0F}), at::tensor({0.0F, 0.0F})});
  const Tensor& weight = graph.node("op").params["weight"];
  EXPECT_EQ(weight.sizes(), at::IntArrayRef({4}));
  EXPECT_EQ(weight[1].item<float>(), 1);
  EXPECT_EQ(weight[2].item<float>(), 2);
}

TEST(ShapeRules, ATransposedConvolutionMayNameItsOutput) {
  const OnnxNode wide = node("ConvTranspose", {{"strides", List{2}}, {"output_shape", List{9}}});
  EXPECT_EQ(read(wide, 11, {3, 4}, {at::ones({3, 2, 4})}),
            "conv_transpose (dilation=[1], groups=1, output_padding=[0], padding=[1, 0], stride=[2])");
  const OnnxNode same = node("ConvTranspose", {{"strides", List{2}}, {"auto_pad", std::string("SAME_UPPER")}});
  EXPECT_EQ(read(same, 11, {3, 4}, {at::ones({3, 2, 3})}),
            "conv_transpose (dilation=[1], groups=1, output_padding=[0], padding=[0, 1], stride=[2])");
}

TEST(PoolSettings, FilesFromBeforeCeilAndDilationStillLoad) {
  const Attributes old{{"kernel", List{2}}, {"stride", List{2}}, {"padding", List{0, 0}}};
  EXPECT_EQ(ops().at("max_pool").make(old)->attributes().text(),
            "ceil=false, dilation=[1], kernel=[2], padding=[0, 0], stride=[2]");
  EXPECT_EQ(ops().at("average_pool").make(old)->attributes().text(),
            "ceil=false, count_include_pad=true, kernel=[2], padding=[0, 0], stride=[2]");
}

/// How many channels of a layer before `op` can go.
size_t removable(int64_t channels, const std::function<Value(Value)>& op) {
  Builder builder;
  const Value before = conv(builder.input("x", {1, 6}), "before", {.out = channels});
  const Graph graph = builder.finish({conv(op(before), "after", {.out = 2})});
  size_t count = 0;
  for (const Unit& unit : units(graph)) count += unit.pinned ? 0 : 1;
  return count;
}

TEST(SliceTies, ChannelsGoThatMoveNoEndOfThePart) {
  const auto of = [](const SliceOptions& part) { return removable(6, [=](Value x) { return slice(x, "op", part); }); };
  EXPECT_EQ(of({.axis = 1, .from = 2}), 4U);
  EXPECT_EQ(of({.axis = 1, .from = -2}), 4U);
  EXPECT_EQ(of({.axis = 1, .from = 1, .to = 3}), 3U);
  EXPECT_EQ(of({.axis = 1, .from = 1, .to = -1}), 4U);
  EXPECT_EQ(of({.axis = 1, .step = 2}), 0U);
  EXPECT_EQ(of({.axis = 2, .from = 1, .to = 3}), 6U);
}

TEST(ReshapeTies, ChannelsGoWhereTheFirstSizeFollows) {
  const auto of = [](const std::vector<int64_t>& sizes) {
    return removable(4, [=](Value x) { return reshape(x, "op", sizes); });
  };
  EXPECT_EQ(of({0, 2, 3}), 4U);
  EXPECT_EQ(of({-1, 3}), 4U);
  EXPECT_EQ(of({-1, 12}), 2U);
  EXPECT_EQ(of({4, -1}), 0U);
  EXPECT_EQ(removable(4, [](Value x) { return transpose(x, "op", {0, 2, 1}); }), 0U);
}

TEST(AdaptiveAveragePool, BinsThatDoNotDivideHaveNoFormInOnnx) {
  Builder builder;
  const Graph graph = builder.finish({adaptive_average_pool(builder.input("x", {2, 7}), "op", 3)});
  OnnxModel model;
  std::set<std::string> taken;
  OnnxWriter writer(model, graph.node("op"), {"x"}, {{1, 2, 7}}, {1, 2, 3}, taken);
  EXPECT_EQ(test::error_of([&] { graph.node("op").op->write_onnx(writer); }),
            "adaptive_average_pool: [1, 2, 7] does not divide into [3] equal bins, and ONNX has no other; choose bins "
            "that divide it");
}

}  // namespace
}  // namespace lathe
