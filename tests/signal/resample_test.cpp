/// Resampling against scipy.signal.resample and numpy.interp.
#include "lathe/signal/resample.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "tests/signal/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::expect_numbers;
using test::signal;

at::Tensor ramp(int64_t samples) {
  return at::arange(samples, at::kDouble);
}

TEST(Resample, EvenToOddAndEvenToEvenEqualScipy) {
  expect_numbers(resample(ramp(8), 5),
                 {1.5, 1.1161612074844585, 3.5320173884477732, 4.467982611552227, 6.883838792515542}, 1e-13);
  expect_numbers(resample(ramp(8), 4), {1.5, 2.085786437626905, 3.5, 6.914213562373095}, 1e-13);
  expect_numbers(resample(signal({1, 3, 2, 7}), 2), {2.75, 3.75}, 1e-13);
}

TEST(Resample, LongerEqualsScipyFromOddAndFromEven) {
  expect_numbers(resample(ramp(5), 8),
                 {0, -0.005275466887183944, 1.6236180795288266, 2.058777487951724, 2, 3.3554360744213714,
                  4.376381920471173, 2.591061904514089},
                 1e-13);
  expect_numbers(
      resample(ramp(6), 12),
      {0, -0.23205080756887733, 1, 1.7679491924311226, 2, 2.5, 3, 3.232050807568877, 4, 5.232050807568877, 5, 2.5},
      1e-13);
  expect_numbers(resample(signal({1, 3, 2, 7}), 6),
                 {1, 2.1429491924311224, 2.6429491924311224, 2, 6.107050807568877, 5.607050807568877}, 1e-13);
}

TEST(Resample, OddShorterAndSingleSampleEqualScipy) {
  expect_numbers(resample(ramp(9), 6),
                 {1, 1.5885258721902276, 2.6527036446661394, 5, 5.34729635533386, 8.411474127809772}, 1e-13);
  expect_numbers(resample(signal({1, 3, 2, 7}), 1), {3.25}, 1e-13);
}

TEST(Resample, ThirtySecondsAt300HzBecome1920SamplesAt64Hz) {
  const at::Tensor slow = resample(at::zeros({2, 9000}, at::kFloat), 9000 * 64 / 300);
  EXPECT_EQ(slow.sizes(), (std::vector<int64_t>{2, 1920}));
  EXPECT_EQ(slow.scalar_type(), at::kFloat);
}

TEST(Resample, SameLengthIsACopy) {
  const at::Tensor x = ramp(7), y = resample(x, 7);
  EXPECT_TRUE(y.equal(x));
  EXPECT_NE(y.data_ptr(), x.data_ptr());
}

TEST(Resample, MeanSurvivesAndGradientsPass) {
  at::Tensor x = ramp(8).requires_grad_(true);
  resample(x, 5).mean().backward();
  expect_numbers(x.grad(), std::vector<double>(8, 0.125), 1e-14);
}

TEST(ResampleLinear, KeepsBothEndsAndStraightLines) {
  expect_numbers(resample_linear(signal({0, 2, 4, 6}), 7), {0, 1, 2, 3, 4, 5, 6}, 1e-14);
  expect_numbers(resample_linear(signal({1, 3, 2, 7, 5}), 3), {1, 2, 5}, 1e-14);
  expect_numbers(resample_linear(signal({1, 3, 2}), 4), {1, 7.0 / 3, 8.0 / 3, 2}, 1e-14);
  expect_numbers(resample_linear(signal({4}), 3), {4, 4, 4}, 0);
  expect_numbers(resample_linear(signal({4, 9}), 1), {4}, 0);
}

TEST(ResampleLinear, RowsStayApart) {
  const at::Tensor both = resample_linear(at::stack({signal({0, 1}), signal({5, 3})}).to(at::kFloat), 3);
  expect_numbers(both.reshape({6}), {0, 0.5, 1, 5, 4, 3}, 1e-7);
  EXPECT_EQ(both.scalar_type(), at::kFloat);
}

TEST(ResampleGrid, KeepsTheTimesOfTheSamples) {
  // numpy.interp(numpy.arange(4) / 30, numpy.arange(5) / 40, [0, 1, 4, 9, 16])
  expect_numbers(resample_grid(signal({0, 1, 4, 9, 16}), 40, 30), {0, 2, 7.333333333333333, 16}, 1e-12);
  expect_numbers(resample_grid(signal({0, 1, 4}), 1, 2), {0, 0.5, 1, 2.5, 4}, 1e-12);
  EXPECT_EQ(resample_grid(ramp(33), 32, 30).size(-1), 31);
  EXPECT_EQ(resample_grid(ramp(1), 32, 30).size(-1), 1);
  EXPECT_EQ(error_of([] { resample_grid(ramp(8), 0, 30); }),
            "resample_grid: rates are 0 and 30 (expected more than 0)");
}

TEST(Resample, Refusals) {
  EXPECT_EQ(error_of([] { resample(ramp(8), 0); }),
            "resample: nothing would be left of the signal (expected at least 1 sample, got 0)");
  EXPECT_EQ(error_of([] { resample_linear(ramp(8), -1); }),
            "resample_linear: nothing would be left of the signal (expected at least 1 sample, got -1)");
  EXPECT_EQ(error_of([] { resample(signal({}), 4); }),
            "resample: the signal is empty (expected at least 1 sample, got 0)");
}

}  // namespace
}  // namespace lathe
