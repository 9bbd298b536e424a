#include "lathe/kernels/kernel_bank.h"

#include <gtest/gtest.h>

#include "lathe/base/errors.h"
#include "tests/kernels/reference.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::BankCase;
using test::BankResult;
using test::BankShape;

struct Way {
  KernelBankMethod method;
  SimdLevel level;
};

std::vector<Way> ways() {
  std::vector<Way> all;
  for (SimdLevel level : simd_levels()) {
    for (KernelBankMethod method : {KernelBankMethod::direct, KernelBankMethod::fft}) all.push_back({method, level});
  }
  return all;
}

std::string name_of(const testing::TestParamInfo<Way>& info) {
  return (info.param.method == KernelBankMethod::direct ? "direct_" : "fft_") +
         std::string(simd_level_name(info.param.level));
}

class KernelBank : public testing::TestWithParam<Way> {
 protected:
  KernelBankOptions options() const { return {.method = GetParam().method, .simd = GetParam().level}; }
  void expect_near_reference(const BankCase& c) const {
    const BankResult<double> expected = test::reference(c);
    EXPECT_LT(test::distance(test::step(c, options()), expected), 1e-5);
    EXPECT_LT(test::distance(test::forward_and_backward(c, options()), expected), 1e-5);
  }
};

TEST_P(KernelBank, ThreeBanksOfThePublishedLengths) {
  expect_near_reference(BankCase(3, 1920, {{3, 192, 95, 96}, {2, 96, 47, 48}, {4, 64, 31, 32}}, 1));
}

TEST_P(KernelBank, ManyKernelsOnManyShortWindows) {
  expect_near_reference(BankCase(37, 50, {{13, 7, 3, 3}, {9, 12, 5, 6}}, 2));
}

TEST_P(KernelBank, OneKernelOfOneTapOnOneSample) {
  expect_near_reference(BankCase(1, 1, {{1, 1, 0, 0}}, 3));
  expect_near_reference(BankCase(2, 1, {{1, 5, 2, 2, false}}, 4));
}

TEST_P(KernelBank, KernelsLongerThanTheWindow) {
  expect_near_reference(BankCase(2, 41, {{3, 150, 74, 75}}, 5));
  expect_near_reference(BankCase(2, 10, {{2, 101, 95, 5}}, 6));
}

TEST_P(KernelBank, PaddingOfEveryKind) {
  expect_near_reference(BankCase(2, 203, {{5, 31, 0, 0}}, 7));
  expect_near_reference(BankCase(2, 97, {{2, 17, 40, 0}, {1, 9, 0, 32}}, 8));
  expect_near_reference(BankCase(1, 64, {{2, 64, 0, 0}}, 9));
  expect_near_reference(BankCase(3, 30, {{2, 4, 11, 20}}, 10));
}

TEST_P(KernelBank, EveryBlockSize) {
  for (int64_t length : {33, 65, 120, 400, 900, 1500, 3000}) {
    expect_near_reference(BankCase(1, 2 * length + 13, {{2, length, 5, 3}}, static_cast<uint64_t>(length)));
  }
}

TEST_P(KernelBank, RandomShapes) {
  Rng rng(11);
  for (uint64_t seed = 100; seed < 140; ++seed) {
    const int64_t length = 1 + rng.below(80), samples = length + rng.below(200);
    const int64_t left = rng.below(length), right = rng.below(length);
    const BankShape shape = {1 + rng.below(11), length, left, right, rng.chance(0.5)};
    expect_near_reference(BankCase(1 + rng.below(4), samples, {shape}, seed));
  }
}

TEST_P(KernelBank, TheNumberOfThreadsChangesNothing) {
  const BankCase c(70, 130, {{5, 24, 11, 12}, {3, 16, 7, 8}}, 12);
  KernelBankOptions with = options();
  const BankResult<float> alone = test::step(c, with);
  for (int64_t threads : {1, 2, 3}) {
    with.executor = test::on_threads(threads);
    const BankResult<float> together = test::step(c, with);
    EXPECT_EQ(together.z, alone.z);
    EXPECT_EQ(together.dx, alone.dx);
    for (size_t g = 0; g < c.banks.size(); ++g) {
      EXPECT_EQ(together.gradients[g].weight, alone.gradients[g].weight);
      EXPECT_EQ(together.gradients[g].bias, alone.gradients[g].bias);
      EXPECT_EQ(together.gradients[g].mix, alone.gradients[g].mix);
    }
  }
}

TEST_P(KernelBank, AResponseOfZeroPassesNoGradient) {
  BankCase c(2, 20, {{2, 3, 1, 1}}, 13);
  std::fill(c.weights[0].begin(), c.weights[0].end(), 0.f);
  std::fill(c.biases[0].begin(), c.biases[0].end(), 0.f);
  EXPECT_EQ(test::step(c, options()).gradients[0].bias, (std::vector<float>{0, 0}));
}

TEST_P(KernelBank, NoWindowsGiveZeroGradients) {
  const BankCase c(0, 20, {{2, 3, 1, 1}}, 14);
  EXPECT_EQ(test::step(c, options()).gradients[0].weight, std::vector<float>(6, 0.f));
}

INSTANTIATE_TEST_SUITE_P(Ways, KernelBank, testing::ValuesIn(ways()), name_of);

TEST(KernelBankPlan, LongKernelsOnManyWindowsAreTransformed) {
  const BankCase c(85, 1920, {{1, 192, 95, 96}, {1, 3, 1, 1}}, 15);
  const std::vector<std::string> plan = kernel_bank_plan(c.input, c.banks, {.simd = SimdLevel::portable});
  EXPECT_EQ(plan, (std::vector<std::string>{"fft of 512, portable", "direct, portable"}));
}

TEST(KernelBankErrors, ReadAsSentences) {
  const BankCase c(1, 20, {{1, 5, 2, 2}, {1, 5, 2, 1}}, 16);
  std::vector<float> z(20);
  EXPECT_EQ(test::error_of([&] { kernel_bank_forward(c.input, c.banks, z.data()); }),
            "kernel_bank: bank 1 gives 19 outputs (expected 20, as bank 0)");
  const BankCase longer(1, 20, {{1, 20, 0, 0}}, 17);
  const KernelBankView bank = {.weight = z.data(), .mix = z.data(), .count = 1, .length = 21};
  EXPECT_EQ(test::error_of([&] { kernel_bank_forward(longer.input, {&bank, 1}, z.data()); }),
            "kernel_bank: bank 0 of length 21 is longer than the padded window of 20 samples");
}

}  // namespace
}  // namespace lathe
