/// What augmentations do on average, and what they refuse.
#include "lathe/data/augment/augmentation.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include "tests/data/augment_settings.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::prepared;

AugmentRows applied(const std::string& name, const std::string& lines, const at::Tensor& inputs,
                    const at::Tensor& targets = {}, int64_t classes = 0) {
  AugmentRows rows{inputs, targets.defined() ? targets : at::zeros({inputs.size(0)}), classes};
  at::manual_seed(3);
  prepared(name, lines).apply(rows);
  return rows;
}

TEST(Augment, LabelsASampleRollAlong) {
  const at::Tensor inputs = at::arange(20).expand({50, 1, 20});
  const AugmentRows rolled = applied("time_roll", "most_samples = 4", inputs, at::arange(20).expand({50, 20}));
  EXPECT_TRUE(at::equal(rolled.inputs.select(1, 0), rolled.targets));
  const at::Tensor first = rolled.targets.select(1, 0);  // 16 … 19, 0 … 4
  EXPECT_EQ(std::get<0>(first.sort())[0].item<int64_t>(), 0);
  EXPECT_TRUE(first.ge(16).logical_or(first.le(4)).all().item<bool>());
  EXPECT_GT(first.gt(4).sum().item<int64_t>(), 0);
}

TEST(Augment, AboutHalfOfTheImagesAreMirrored) {
  const at::Tensor ramp = at::arange(4).expand({2000, 1, 2, 4}).to(at::kFloat);
  const double mirrored = applied("flip", "", ramp).inputs.select(3, 0).select(2, 0).eq(3).sum().item<double>();
  EXPECT_NEAR(mirrored / 2000, 0.5, 0.04);
  EXPECT_TRUE(at::equal(applied("flip", "chance = 1", ramp).inputs, ramp.flip(-1)));
}

TEST(Augment, MasksAreNarrowerThanMostAndHalfOfItOnAverage) {
  const at::Tensor masked = applied("frequency_mask", "most = 8", at::ones({3000, 1, 20, 3})).inputs;
  const at::Tensor widths = masked.select(3, 0).eq(0).sum(-1);
  EXPECT_EQ(widths.max().item<int64_t>(), 7);
  EXPECT_EQ(widths.min().item<int64_t>(), 0);
  EXPECT_NEAR(widths.to(at::kFloat).mean().item<double>(), 3.5, 0.15);
  EXPECT_TRUE(at::equal(masked.select(3, 0), masked.select(3, 2)));  // whole bands
}

TEST(Augment, MixstyleWithoutAPartnerChangesNothing) {
  at::manual_seed(1);
  const at::Tensor row = at::randn({1, 1, 5, 9}) * 3 + 2;
  EXPECT_LE((applied("mixstyle", "chance = 1", row).inputs - row).abs().max().item<double>(), 1e-5);
}

TEST(Augment, MixstyleLeavesMostBatchesAlone) {
  at::manual_seed(1);
  const at::Tensor x = at::randn({4, 1, 5, 9});
  const Augmentation mixstyle = prepared("mixstyle", "");
  int changed = 0;
  for (int i = 0; i < 1000; ++i) {
    AugmentRows rows{x, at::zeros({4}), 0};
    mixstyle.apply(rows);
    changed += at::equal(rows.inputs, x) ? 0 : 1;
  }
  EXPECT_NEAR(changed / 1000.0, 0.3, 0.05);
}

TEST(Augment, MixupKeepsTheSumOfTargetsAndTheOwnHalf) {
  const at::Tensor classes = at::arange(300).remainder(3);
  const AugmentRows mixed = applied("mixup", "alpha = 1.0", at::rand({300, 1, 4}), classes, 3);
  EXPECT_EQ(mixed.targets.sizes(), (std::vector<int64_t>{300, 3}));
  EXPECT_LE((mixed.targets.sum(1) - 1).abs().max().item<double>(), 1e-6);
  EXPECT_GE(mixed.targets.gather(1, classes.unsqueeze(1)).min().item<double>(), 0.5);
}

std::string refusal(const std::string& name, const std::string& lines, const RowsLike& rows) {
  return error_of([&] { prepared(name, lines).fits(rows); });
}

TEST(Augment, RowsThatItIsNotMadeForAreRefused) {
  EXPECT_EQ(refusal("flip", "", {{1, 40, 50}, true}),
            "mirrors images (expected rows [C, H, W], got features [1, 40, 50])");
  EXPECT_EQ(refusal("crop", "padding = 2", {{1, 8000}}), "cuts images (expected rows [C, H, W], got [1, 8000])");
  EXPECT_EQ(refusal("crop", "padding = 28", {{1, 28, 28}}), "'padding' is 28 (expected less than the images' 28 x 28)");
  EXPECT_EQ(refusal("time_roll", "most_samples = 10", {{3, 28, 28}}),
            "rolls recordings (expected rows [C, T], got [3, 28, 28])");
  EXPECT_EQ(refusal("frequency_mask", "most = 10", {{1, 8000}}),
            "masks bands (expected rows [C, bands, frames], got [1, 8000]); give [features]");
  EXPECT_EQ(refusal("frequency_mask", "most = 41", {{1, 40, 50}, true}),
            "'most' is 41 (expected at most the 40 that there are)");
  EXPECT_EQ(refusal("mixstyle", "", {{1, 8000}}),
            "mixes bands (expected rows [C, bands, frames], got [1, 8000]); give [features]");
  EXPECT_EQ(refusal("time_mask", "most = 10", {{1, 8000}}), "(no error)");
}

TEST(Augment, SettingsThatWouldChangeNothingAreRefused) {
  EXPECT_EQ(error_of([] { prepared("time_roll", ""); }), "recipe.toml [augment.time_roll]: 'most_samples' is missing");
  EXPECT_EQ(error_of([] { prepared("time_roll", "most_samples = 0"); }),
            "recipe.toml:7: 'most_samples' is 0 (expected at least 1)");
  EXPECT_EQ(error_of([] { prepared("frequency_mask", "most = 1"); }),
            "recipe.toml:7: 'most' is 1 (expected 2 or more: widths stay below it)");
  EXPECT_EQ(error_of([] { prepared("flip", "chance = 0"); }),
            "recipe.toml:7: 'chance' is 0 (expected above 0, at most 1)");
  EXPECT_EQ(error_of([] { prepared("mixup", "alpha = -1"); }), "recipe.toml:7: 'alpha' is -1 (expected above 0)");
}

}  // namespace
}  // namespace lathe
