/// Ops against numbers from PyTorch 2.13 (float32, tolerance 2e-6; initial values bit for bit). Inputs and weights are
/// ramps: value i is ((3 i² + 5 i) mod 17) / 10 − 0.7.
#include <ATen/ops/allclose.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include "lathe/exec/run.h"
#include "lathe/ops/layers.h"
#include "tests/ops/deafen.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

Tensor ramp(at::IntArrayRef sizes) {
  Tensor values = at::empty(sizes, at::kFloat);
  for (int64_t i = 0; i < values.numel(); ++i)
    values.mutable_data_ptr<float>()[i] = static_cast<float>(static_cast<double>((3 * i * i + 5 * i) % 17) * 0.1 - 0.7);
  return values;
}

void expect_near(const Tensor& got, at::IntArrayRef sizes, std::initializer_list<float> expected) {
  ASSERT_EQ(got.sizes(), sizes);
  EXPECT_TRUE(at::allclose(got, at::tensor(expected).reshape(sizes), 2e-6, 2e-6)) << got;
}

/// The op upon one input of this shape, its parameters set to ramps.
Tensor value_of(at::IntArrayRef input, const std::function<Value(Value)>& build) {
  Builder builder;
  Graph graph = builder.finish({build(builder.input("x", Shape(input.slice(1).vec())))});
  for (const NamedParam& entry : named_params(graph))
    if (!entry.param->buffer) entry.param->value = ramp(entry.param->value.sizes());
  return run(graph, ramp(input));
}

TEST(ConvVector, SameWithAnEvenKernelPadsOneMoreBehind) {
  expect_near(value_of({1, 2, 7}, [](Value x) { return conv(x, "c", {.out = 2, .kernel = 4, .same = true}); }),
              {1, 2, 7},
              {-0.159999967F, -0.479999989F, -0.440000027F, -0.420000017F, -1.26999998F, 0.279999971F, -1.61999989F,
               -0.609999895F, 0.789999962F, 0.49999997F, 0.769999921F, 0.239999995F, 1.22000003F, 0.939999998F});
}

TEST(ConvVector, SameWithDilation) {
  expect_near(
      value_of({1, 2, 7}, [](Value x) { return conv(x, "c", {.out = 2, .kernel = 4, .dilation = 2, .same = true}); }),
      {1, 2, 7},
      {-0.75999999F, -0.699999928F, -0.00999999046F, 0.279999971F, -1.41000009F, -1.12F, -0.180000007F, 0.209999993F,
       -0.299999982F, 0.319999993F, 0.039999947F, 1.39999998F, 0.369999945F, 1.49000001F});
}

TEST(ConvVector, SameWithAnOddKernel) {
  expect_near(value_of({1, 2, 7}, [](Value x) { return conv(x, "c", {.out = 2, .kernel = 3, .same = true}); }),
              {1, 2, 7},
              {-0.819999933F, 0.329999983F, -1.15999985F, -0.290000021F, -0.460000098F, -0.309999973F, -1.49999988F,
               0.0600000173F, 1.25999999F, 0.710000038F, 0.960000038F, 0.650000095F, 1.31000006F, 0.379999936F});
}

TEST(ConvVector, CircularPaddingWrapsAround) {
  expect_near(value_of({1, 2, 7},
                       [](Value x) {
                         return conv(x, "c", {.out = 2, .kernel = 5, .padding = {2}, .padding_mode = "circular"});
                       }),
              {1, 2, 7},
              {0.719999969F, 0.370000005F, 1.38F, -0.49000001F, 1.45999992F, 0.590000033F, 0.380000025F, -1.12F,
               -0.25000003F, -1.16000009F, 0.439999878F, -0.899999976F, -0.50999999F, -0.290000081F});
}

TEST(ConvVector, CircularPaddingOfOneAxisOnly) {
  expect_near(
      value_of({1, 1, 4, 5},
               [](Value x) {
                 return conv(
                     x, "c",
                     {.out = 1, .kernel = {2, 3}, .padding = {0, 1}, .padding_mode = "circular", .bias = false});
               }),
      {1, 1, 3, 5},
      {-0.470000029F, 1.36999989F, -0.189999968F, 0.779999971F, 0.0500000715F, -0.370000005F, -0.170000136F,
       0.0400000215F, -0.280000001F, -0.420000017F, 0.590000033F, -1.52999997F, 0.449999988F, -0.99000001F,
       -0.540000021F});
}

TEST(ConvVector, GroupsWithStrideAndPadding) {
  expect_near(
      value_of({1, 4, 5},
               [](Value x) { return conv(x, "c", {.out = 4, .kernel = 3, .stride = 2, .padding = {1}, .groups = 2}); }),
      {1, 4, 3},
      {-1.75F, -0.889999986F, -1.42999995F, -0.119999997F, -0.189999998F, 0.329999983F, -0.889999986F, -0.400000036F,
       0.149999991F, -0.730000019F, -1.17999995F, -0.189999998F});
}

TEST(PoolVector, PaddingNeverWinsAMaximum) {
  const auto pool = [](Value x) { return max_pool(x, "p", {.kernel = 3, .stride = 2, .padding = {1}}); };
  expect_near(value_of({1, 2, 7}, pool), {1, 2, 4}, {0.1F, 0.1F, 0.8F, 0.8F, 0.5F, 0.9F, 0.9F, 0.9F});
}

TEST(PoolVector, PaddedZerosCountInTheMean) {
  const auto pool = [](Value x) { return average_pool(x, "p", {.kernel = 3, .stride = 2, .padding = {1}}); };
  expect_near(value_of({1, 2, 7}, pool), {1, 2, 4},
              {-0.199999988F, 0.0F, 0.066666685F, 0.100000001F, 0.299999982F, 0.533333302F, 0.5F, 0.433333308F});
}

TEST(PoolVector, TwoAxesWithPadding) {
  const PoolOptions options{.kernel = {2, 3}, .stride = 2, .padding = {1, 1}};
  expect_near(value_of({1, 1, 4, 5}, [&](Value x) { return average_pool(x, "p", options); }), {1, 1, 3, 3},
              {-0.099999994F, 0.0F, -0.099999994F, 0.150000006F, 0.333333343F, 0.366666645F, 0.0500000007F,
               0.0333333351F, -0.0166666675F});
  expect_near(value_of({1, 1, 4, 5}, [&](Value x) { return max_pool(x, "p", options); }), {1, 1, 3, 3},
              {0.1F, 0.1F, 0.1F, 0.8F, 0.9F, 0.9F, 0.8F, 0.8F, 0.1F});
}

TEST(BatchNormVector, TrainingUsesTheBatchAndMovesTheBuffers) {
  Builder builder;
  const Graph graph = builder.finish({batch_norm(builder.input("x", {2, 3}), "norm")});
  const Params& params = graph.node("norm").params;
  params["weight"].detach().copy_(at::tensor({1.5F, -0.5F}));
  params["bias"].detach().copy_(at::tensor({0.25F, 1.0F}));
  const auto train = [&] { return run(graph, {ramp({2, 2, 3})}, {.training = true}).outputs[0].detach(); };
  expect_near(train(), {2, 2, 3},
              {-1.89821327F, 0.8153193F, -0.202255458F, 1.1748867F, 1.93802845F, 0.507137656F, -1.21983016F,
               2.17208552F, 1.83289409F, 0.411744982F, 0.984101236F, 0.984101236F});
  expect_near(params["running_mean"], {2}, {-0.00666666636F, 0.0283333343F});
  expect_near(params["running_var"], {2}, {0.923466623F, 0.93296665F});
  train();
  expect_near(params["running_mean"], {2}, {-0.0126666659F, 0.0538333356F});
  expect_near(params["running_var"], {2}, {0.854586601F, 0.872636616F});
  EXPECT_EQ(params["num_batches_tracked"].item<int64_t>(), 2);
  expect_near(run(graph, ramp({2, 2, 3})).detach(), {2, 2, 3},
              {-0.865264952F, 0.432812601F, -0.0539664961F, 0.975289702F, 1.40348387F, 0.600619733F, -0.540745616F,
               1.08185136F, 0.919591725F, 0.547095537F, 0.868241131F, 0.868241131F});
}

TEST(InitVector, TheSameSeedGivesTheSameBitsAsPyTorch) {
  test::seed_tensors(3);
  Builder builder;
  const Value c = conv(builder.input("x", {1, 5}), "c", {.out = 2, .kernel = 3});
  const Value l = linear(builder.input("y", {3}), "l", {.out = 2});
  const Graph graph = builder.finish({c, l});
  const auto expect_bits = [&](const char* node, const char* param, std::initializer_list<float> expected) {
    EXPECT_TRUE(at::equal(graph.node(node).params[param].detach().flatten(), at::tensor(expected))) << node << param;
  };
  expect_bits("c", "weight",
              {-0.572427154F, -0.455449253F, -0.247287795F, -0.546225488F, -0.0327769108F, -0.507933974F});
  expect_bits("c", "bias", {0.313923627F, 0.281399786F});
  expect_bits("l", "weight", {0.10902822F, 0.447858274F, -0.0565441512F, 0.345821977F, -0.404328912F, -0.113774009F});
  expect_bits("l", "bias", {-0.514792144F, -0.0468747877F});
}

}  // namespace
}  // namespace lathe
