/// Normalisation against NumPy's numbers.
#include "lathe/data/transforms.h"

#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::listed;
using test::numbers;

at::Tensor transformed(std::string_view name, const at::Tensor& batch) {
  return transforms().at(name).apply(batch);
}

at::Tensor window() {
  return numbers({0.1, 0.7, -1.3, 2.9, 0.4}).reshape({1, 1, 5});
}

TEST(Transforms, ZscoreEqualsNumpyBitForBit) {
  const at::Tensor z = transformed("zscore", window());
  EXPECT_EQ(z.scalar_type(), at::kFloat);
  EXPECT_EQ(z.sizes(), window().sizes());
  EXPECT_TRUE(z.flatten().equal(
      numbers({-0.33926403522491455, 0.1032542735338211, -1.3718067407608032, 1.7258213758468628, -0.11800488084554672})
          .to(at::kFloat)));
}

TEST(Transforms, MinmaxEqualsNumpyBitForBit) {
  EXPECT_TRUE(transformed("minmax", window())
                  .flatten()
                  .equal(numbers({0.333333343, 0.476190478, 0, 1, 0.40476191}).to(at::kFloat)));
}

TEST(Transforms, NoneOnlyChangesTheType) {
  EXPECT_TRUE(transformed("none", window()).equal(window().to(at::kFloat)));
}

TEST(Transforms, EveryRowAndChannelByItself) {
  const at::Tensor batch = at::rand({3, 2, 50}, at::kDouble) * 7 + 100;
  const at::Tensor z = transformed("zscore", batch).to(at::kDouble), m = transformed("minmax", batch);
  EXPECT_LT(z.mean(2).abs().max().item<double>(), 1e-6);
  EXPECT_LT((z.square().mean(2) - 1).abs().max().item<double>(), 1e-6);
  EXPECT_TRUE(m.amin({2}).eq(0).all().item<bool>());
  EXPECT_TRUE(m.amax({2}).eq(1).all().item<bool>());
}

TEST(Transforms, ConstantWindowsBecomeZeros) {
  // The mean of 0.1 taken 1920 times is not 0.1: only a careless z-score calls the rest a signal.
  at::Tensor batch = at::full({2, 1, 1920}, 0.1, at::kDouble);
  batch[1][0][7] = 0.2;
  for (const std::string_view name : {"zscore", "minmax"}) {
    const at::Tensor out = transformed(name, batch);
    EXPECT_TRUE(out[0].eq(0).all().item<bool>()) << name;
    EXPECT_GT(out[1][0][7].item<float>(), 0.9F) << name;
    EXPECT_TRUE(transformed(name, batch.to(at::kFloat))[0].eq(0).all().item<bool>()) << name;
  }
}

TEST(Transforms, TinyAndIntegerSignalsStayFinite) {
  EXPECT_TRUE(transformed("zscore", window() * 1e-200).isfinite().all().item<bool>());
  const at::Tensor bytes = numbers({0, 255, 0, 255}).to(at::kByte).reshape({1, 1, 4});
  EXPECT_EQ(listed(transformed("zscore", bytes)), (std::vector<double>{-1, 1, -1, 1}));
  EXPECT_EQ(listed(transformed("minmax", bytes)), (std::vector<double>{0, 1, 0, 1}));
  const at::Tensor halves = (numbers({30000, 60000}).reshape({1, 1, 2})).to(at::kHalf);
  EXPECT_EQ(listed(transformed("zscore", halves)), (std::vector<double>{-1, 1}));
}

TEST(Transforms, ImagesAreOneWindowAChannel) {
  const at::Tensor image = numbers({0, 1, 2, 3, 5, 5, 5, 5}).reshape({1, 2, 2, 2});
  EXPECT_EQ(listed(transformed("minmax", image)[0][1]), (std::vector<double>{0, 0, 0, 0}));
  EXPECT_FLOAT_EQ(transformed("minmax", image)[0][0][1][0].item<float>(), 2.0F / 3);
}

TEST(Transforms, UnitDividesBytesWhateverTheWindowHolds) {
  const at::Tensor bytes = numbers({0, 51, 255, 51}).to(at::kByte).reshape({1, 1, 2, 2});
  EXPECT_EQ(transformed("unit", bytes).scalar_type(), at::kFloat);
  EXPECT_EQ(listed(transformed("unit", bytes)), (std::vector<double>{0, 0.2F, 1, 0.2F}));
  EXPECT_EQ(error_of([&] { transformed("unit", bytes.to(at::kFloat)); }),
            "transform 'unit': takes images of bytes (expected uint8, got Float)");
}

TEST(Transforms, LevelsAreEqualWithoutThePaddingAndSilenceStays) {
  const at::Tensor clips =
      numbers({3, -3, 3, -3, 3, -3, 5, -5, 0, 0, 0, 0, 0, 0, 7, -7, 0, 0, 0, 0, 0, 0, 0, 0}).reshape({4, 1, 6});
  const float level = 0.1F;
  const std::vector<double> wanted = {level, -level, level, -level, level, -level, level, -level, 0, 0, 0, 0,
                                      0,     0,      level, -level, 0,     0,      0,     0,      0, 0, 0, 0};
  const std::vector<double> got = listed(transformed("rms", clips));
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_FLOAT_EQ(got[i], wanted[i]) << i;
  EXPECT_EQ(listed(transformed("rms", clips.roll({3}, {2}))), listed(transformed("rms", clips).roll({3}, {2})));
  EXPECT_EQ(error_of([] { transformed("rms", at::zeros({1, 1, 2, 2})); }),
            "transform 'rms': takes recordings [N, C, T] (expected 3 axes, got 4)");
}

TEST(Transforms, Refusals) {
  EXPECT_EQ(error_of([] { transformed("z-score", window()); }),
            "unknown transform 'z-score'; known: minmax, none, rms, unit, zscore (did you mean 'zscore'?)");
  EXPECT_EQ(error_of([] { transformed("zscore", at::zeros({3, 4})); }),
            "transform: batch has the wrong shape (expected [N, C, T] or [N, C, H, W], got 2 axes)");
  EXPECT_EQ(error_of([] { transformed("zscore", at::zeros({3, 4, 0})); }),
            "transform: windows are empty (expected at least 1 sample, got 0)");
}

}  // namespace
}  // namespace lathe
