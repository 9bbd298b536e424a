/// Circular convolution by frequencies against the plain sums: values and gradients, whole windows and tiles.
#include <ATen/ops/conv1d.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/randn.h>

#include "lathe/ops/circular_conv.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using at::Tensor;

struct Case {
  int64_t rows, in, out, samples, kernel, left;
};

struct Results {
  Tensor y, dx, dweight;
};

template <class Convolve>
Results results(const Tensor& x, const Tensor& weight, const Tensor& upstream, const Convolve& convolve) {
  const Tensor mine = x.clone().requires_grad_(), kernel = weight.clone().requires_grad_();
  const Tensor y = convolve(mine, kernel);
  y.backward(upstream);
  return {y.detach(), mine.grad(), kernel.grad()};
}

double difference(const Tensor& got, const Tensor& expected) {
  return got.sub(expected).abs().max().item<double>() / expected.abs().max().item<double>();
}

class CircularConv : public testing::TestWithParam<Case> {};

TEST_P(CircularConv, IsThePlainSumsWithTheirGradients) {
  const auto [rows, in, out, samples, kernel, left] = GetParam();
  at::manual_seed(1);
  const Tensor x = at::randn({rows, in, samples}), weight = at::randn({out, in, kernel});
  const Tensor upstream = at::randn({rows, out, samples});
  const Results got = results(x, weight, upstream,
                              [&](const Tensor& a, const Tensor& w) { return circular_conv(a, w, GetParam().left); });
  const Results plain = results(x, weight, upstream, [&](const Tensor& a, const Tensor& w) {
    return at::conv1d(at::pad(a, {GetParam().left, GetParam().kernel - 1 - GetParam().left}, "circular"), w);
  });
  EXPECT_LT(difference(got.y, plain.y), 1e-5);
  EXPECT_LT(difference(got.dx, plain.dx), 1e-5);
  EXPECT_LT(difference(got.dweight, plain.dweight), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Sizes, CircularConv,
                         testing::Values(Case{2, 3, 4, 3, 5, 2},       // the kernel is longer than the window
                                         Case{2, 3, 4, 12, 5, 2},      // whole, even
                                         Case{3, 8, 8, 15, 5, 2},      // whole, odd
                                         Case{2, 16, 16, 37, 5, 2},    // tiles that do not divide the window
                                         Case{4, 32, 16, 75, 5, 2},    //
                                         Case{2, 64, 64, 300, 5, 2},   //
                                         Case{2, 16, 16, 150, 4, 1},   // an even kernel
                                         Case{2, 16, 16, 150, 9, 0},   // all of it behind
                                         Case{1, 16, 16, 150, 9, 8}),  // all of it in front
                         [](const auto& info) { return std::to_string(info.index); });

TEST(CircularConvChoice, FewChannelsAreSummedPlainly) {
  EXPECT_FALSE(prefers_circular_conv(at::randn({64, 3, 300}), at::randn({64, 3, 5})));
  EXPECT_TRUE(prefers_circular_conv(at::randn({64, 256, 75}), at::randn({256, 256, 5})));
  EXPECT_FALSE(prefers_circular_conv(at::randn({64, 256, 75}, at::kDouble), at::randn({256, 256, 5}, at::kDouble)));
}

TEST(CircularConvFrozen, GradientsThatNobodyWantsAreNotMade) {
  const Tensor x = at::randn({2, 16, 30}), weight = at::randn({16, 16, 5}).requires_grad_();
  circular_conv(x, weight, 2).sum().backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_TRUE(weight.grad().defined());
}

}  // namespace
}  // namespace lathe
