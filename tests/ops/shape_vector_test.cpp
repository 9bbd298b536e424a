/// Pools, pads, norms, resampling and reductions against PyTorch: outputs and gradients (tools/make_vectors.py). Every
/// case of the file is asked for here, and the other way round.
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include <map>
#include <set>

#include "lathe/exec/run.h"
#include "lathe/formats/safetensors.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using Values = std::vector<Value>;

struct Case {
  std::string name;
  std::function<Value(const Values&)> build;
};

Case on(std::string name, std::function<Value(Value)> op) {
  return {std::move(name), [op = std::move(op)](const Values& x) { return op(x[0]); }};
}
Case average(std::string name, const PoolOptions& options) {
  return on(std::move(name), [=](Value x) { return average_pool(x, "op", options); });
}
Case padded(std::string name, const PadOptions& options) {
  return on(std::move(name), [=](Value x) { return pad(x, "op", options); });
}
Case spread(std::string name, const ConvTransposeOptions& options) {
  return on(std::move(name), [=](Value x) { return conv_transpose(x, "op", options); });
}
Case reduced(std::string name, const ReduceOptions& options) {
  return on(std::move(name), [=](Value x) { return reduce(x, "op", options); });
}
Case upsampled(std::string name, const UpsampleOptions& options) {
  return on(std::move(name), [=](Value x) { return upsample(x, "op", options); });
}

std::vector<Case> all_cases() {
  return {
      on("adaptive_average_pool_line", [](Value x) { return adaptive_average_pool(x, "op", 3); }),
      on("adaptive_average_pool_picture", [](Value x) { return adaptive_average_pool(x, "op", {3, 2}); }),
      average("average_pool_ceil", {.kernel = 3, .stride = 2, .padding = {1}, .ceil = true}),
      average("average_pool_ceil_uncounted",
              {.kernel = 3, .stride = 2, .padding = {1, 1}, .ceil = true, .count_include_pad = false}),
      average("average_pool_uncounted", {.kernel = 4, .stride = 2, .padding = {2}, .count_include_pad = false}),
      spread("conv_transpose_depthwise", {.out = 4, .kernel = 3, .stride = 2, .groups = 4}),
      spread("conv_transpose_grouped",
             {.out = 6, .kernel = 3, .stride = 3, .dilation = 2, .padding = {1}, .output_padding = 2, .groups = 2}),
      spread("conv_transpose_picture",
             {.out = 2, .kernel = {2, 3}, .stride = {2, 1}, .padding = {0, 1}, .bias = false}),
      on("fir",
         [](Value x) { return fir(x, "op", {.taps = {0.125, 0.375, 0.375, 0.125}, .stride = 2, .padding = {1}}); }),
      on("global_max_pool", [](Value x) { return global_max_pool(x, "op"); }),
      on("group_norm", [](Value x) { return group_norm(x, "op", {.groups = 3}); }),
      on("instance_norm", [](Value x) { return instance_norm(x, "op", {.affine = true}); }),
      on("layer_norm_features", [](Value x) { return layer_norm(x, "op"); }),
      on("layer_norm_rows", [](Value x) { return layer_norm(x, "op", {.last_axes = 2, .epsilon = 1e-3}); }),
      on("linear_last_axis", [](Value x) { return linear(x, "op", {.out = 5}); }),
      {"matmul", [](const Values& x) { return matmul(x[0], x[1], "op"); }},
      on("max_pool_ceil", [](Value x) { return max_pool(x, "op", {.ceil = true}); }),
      on("max_pool_dilated",
         [](Value x) { return max_pool(x, "op", {.kernel = 3, .stride = 1, .padding = {1}, .dilation = 2}); }),
      padded("pad_circular", {.padding = {3, 7}, .mode = "circular"}),
      padded("pad_edge", {.padding = {0, 1, 3, 2}, .mode = "edge"}),
      padded("pad_reflect", {.padding = {2, 3, 4, 1}, .mode = "reflect"}),
      padded("pad_value", {.padding = {1, 2}, .value = 0.75}),
      reduced("reduce_max", {.how = "max", .axes = {1}, .keep = true}),
      reduced("reduce_mean", {.how = "mean", .axes = {2, 3}, .keep = true}),
      reduced("reduce_sum", {.how = "sum", .axes = {-1}}),
      on("reshape", [](Value x) { return reshape(x, "op", {2, -1, 4}); }),
      on("slice", [](Value x) { return slice(x, "op", {.axis = 2, .from = 1, .to = -1, .step = 2}); }),
      on("squeeze", [](Value x) { return squeeze(x, "op", {3}); }),
      on("transpose", [](Value x) { return transpose(x, "op", {0, 2, 3, 1}); }),
      on("unsqueeze", [](Value x) { return unsqueeze(x, "op", {1}); }),
      upsampled("upsample_linear", {.factor = {2}, .mode = "linear"}),
      upsampled("upsample_linear_corners", {.size = {8, 6}, .mode = "linear", .align_corners = true}),
      upsampled("upsample_linear_size", {.size = {7, 3}, .mode = "linear"}),
      upsampled("upsample_nearest", {.factor = {3}}),
      upsampled("upsample_nearest_size", {.size = {7, 6}}),
  };
}

TensorFile vectors() {
  return read_safetensors(test::source_folder() / "tests/vectors/ops_shape.safetensors");
}

class ShapeVector : public testing::TestWithParam<Case> {};

TEST_P(ShapeVector, OutputAndGradientsEqualPyTorchs) {
  const TensorFile file = vectors();
  const auto expected = [&](const std::string& name) { return *file.find(GetParam().name + "/" + name); };
  Builder builder;
  Values values;
  std::map<std::string, Tensor> leaves;
  std::vector<Tensor> inputs;
  for (std::string name = "x0"; file.find(GetParam().name + "/" + name) != nullptr;
       name = fmt::format("x{}", values.size())) {
    inputs.push_back(leaves[name] = expected(name).clone().requires_grad_(true));
    values.push_back(builder.input(name, Shape(inputs.back().sizes().slice(1).vec())));
  }
  const Graph graph = builder.finish({GetParam().build(values)});
  for (const ConstNamedParam& entry : named_params(graph)) {
    if (entry.param->buffer) continue;
    entry.param->value.detach().copy_(expected(entry.param->name));
    leaves[entry.param->name] = entry.param->value;
  }
  const Tensor output = run(graph, inputs).outputs.at(0);
  ASSERT_EQ(output.sizes(), expected("output").sizes());
  EXPECT_TRUE(at::allclose(output, expected("output"), 5e-6, 5e-6)) << output;
  output.mul(expected("weights")).sum().backward();
  for (const auto& leaf : leaves)
    EXPECT_TRUE(at::allclose(leaf.second.grad(), expected("gradient/" + leaf.first), 1e-5, 1e-5)) << leaf.first;
}

INSTANTIATE_TEST_SUITE_P(PyTorch, ShapeVector, testing::ValuesIn(all_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(ShapeVectors, EveryCaseOfTheFileIsAskedFor) {
  std::set<std::string> held, asked;
  for (const auto& entry : vectors().tensors) held.insert(entry.first.substr(0, entry.first.find('/')));
  for (const Case& each : all_cases()) asked.insert(each.name);
  EXPECT_EQ(held, asked);
}

TEST(InitVector, TransposedConvolutionsStartAsInPyTorch) {
  test::seed_tensors(3);
  Builder builder;
  const Value x = conv_transpose(builder.input("x", {4, 5}), "op", {.out = 2, .kernel = 3, .groups = 2});
  const Graph graph = builder.finish({x});
  const Params& params = graph.node("op").params;
  EXPECT_EQ(params["weight"].sizes(), at::IntArrayRef({4, 1, 3}));
  EXPECT_TRUE(
      at::equal(params["weight"].detach().flatten(),
                at::tensor({-0.572427154F, -0.455449253F, -0.247287795F, -0.546225488F, -0.0327769108F, -0.507933974F,
                            0.313923627F, 0.281399786F, 0.10902822F, 0.447858274F, -0.0565441512F, 0.345821977F})));
  EXPECT_TRUE(at::equal(params["bias"].detach(), at::tensor({-0.404328912F, -0.113774009F})));
}

}  // namespace
}  // namespace lathe
