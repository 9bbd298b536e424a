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
    EXPECT_LT(test::distance(test::forward_and_backward(c, options(), false), expected), 1e-5);
    EXPECT_LT(test::distance(test::forward_and_backward(c, options(), true), expected), 1e-5);
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
  for (int64_t length : {33, 65, 120, 400, 900, 1500, 3000, 5000}) {
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

TEST_P(KernelBank, MemoryChangesNoBit) {
  const BankCase c(50, 130, {{5, 24, 11, 12}, {3, 16, 7, 8, false}}, 18);
  const BankResult<float> without = test::forward_and_backward(c, options(), false);
  const BankResult<float> with = test::forward_and_backward(c, options(), true);
  EXPECT_EQ(with.z, without.z);
  EXPECT_EQ(with.dx, without.dx);
  for (size_t g = 0; g < c.banks.size(); ++g) {
    EXPECT_EQ(with.gradients[g].weight, without.gradients[g].weight);
    EXPECT_EQ(with.gradients[g].bias, without.gradients[g].bias);
    EXPECT_EQ(with.gradients[g].mix, without.gradients[g].mix);
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

TEST_P(KernelBank, WindowsThatFindNoRoomInMemoryAreComputedAgain) {
  const BankCase c(70, 130, {{5, 24, 11, 12}}, 19);
  for (const int64_t bytes : {int64_t{0}, int64_t{40000}}) {  // none of five chunks, and a few
    KernelBankOptions with = options();
    KernelBankMemory memory;
    memory.most_bytes = bytes;
    with.memory = &memory;
    std::vector<float> z(c.dz.size()), weight(c.weights[0].size());
    const KernelBankGradient to = {weight.data(), nullptr, nullptr};
    kernel_bank_forward(c.input, c.banks, z.data(), with);
    kernel_bank_backward(c.input, c.banks, c.dz.data(), {&to, 1}, nullptr, with);
    EXPECT_EQ(weight, test::forward_and_backward(c, options(), false).gradients[0].weight) << bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, KernelBank, testing::ValuesIn(ways()), name_of);

TEST(KernelBankPlan, LongKernelsOnManyWindowsAreTransformed) {
  const BankCase c(85, 1920, {{1, 192, 95, 96}, {1, 3, 1, 1}}, 15);
  const std::vector<std::string> plan = kernel_bank_plan(c.input, c.banks, {.simd = SimdLevel::portable});
  EXPECT_EQ(plan, (std::vector<std::string>{"fft of 512, portable", "direct, portable"}));
}

TEST(KernelBankPlan, TheLongestKernelsStayDirectThoughForced) {
  const BankCase c(1, 1, {{1, 65536, 40000, 40000}, {1, 65537, 40000, 40001}}, 20);
  const std::vector<std::string> plan =
      kernel_bank_plan(c.input, c.banks, {.method = KernelBankMethod::fft, .simd = SimdLevel::portable});
  EXPECT_EQ(plan, (std::vector<std::string>{"fft of 65536, portable", "direct, portable"}));
}

TEST(KernelBankErrors, MemoryOfAnotherCallIsRefused) {
  const BankCase c(1, 20, {{1, 5, 2, 2}}, 21);
  std::vector<float> z(20);
  KernelBankMemory memory;
  const KernelBankGradient nothing;
  const auto backward = [&] {
    kernel_bank_backward(c.input, c.banks, z.data(), {&nothing, 1}, nullptr, {.memory = &memory});
  };
  const char* sentence = "kernel_bank: the memory was not filled by a forward pass with these arguments";
  EXPECT_EQ(test::error_of(backward), sentence);
  KernelBankInput shorter = c.input;
  shorter.windows = 0;
  kernel_bank_forward(shorter, c.banks, z.data(), {.memory = &memory});
  EXPECT_EQ(test::error_of(backward), sentence);
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
