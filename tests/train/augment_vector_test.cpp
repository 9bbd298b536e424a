/// Augmentations against PyTorch's, draw for draw (tools/make_augment_vectors.py).
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>

#include "lathe/data/augment/augmentation.h"
#include "lathe/formats/safetensors.h"
#include "lathe/train/loss.h"
#include "tests/data/augment_settings.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::prepared;

class AugmentVector : public testing::Test {
 protected:
  const TensorFile file_ = read_safetensors(test::source_folder() / "tests/vectors/augment.safetensors");
  const double tolerance_ = std::stod(file_.metadata.at("tolerance"));

  AugmentRows applied(const std::string& name, const std::string& toml, const char* rows = "images") const {
    AugmentRows augmented{*file_.find(rows), *file_.find("classes"), 3};
    at::manual_seed(std::stoull(file_.metadata.at("seed")));
    prepared(name, toml).apply(augmented);
    return augmented;
  }
  double error(const at::Tensor& got, const std::string& name) const {
    EXPECT_EQ(got.sizes(), file_.find(name)->sizes());
    return (got - *file_.find(name)).abs().max().item<double>();
  }
};

TEST_F(AugmentVector, WhatIsMovedOrMaskedEqualsPyTorchBitForBit) {
  EXPECT_EQ(error(applied("time_roll", "most_samples = 12", "recordings").inputs, "time_roll"), 0);
  EXPECT_EQ(error(applied("crop", "padding = 3").inputs, "crop"), 0);
  EXPECT_EQ(error(applied("flip", "").inputs, "flip"), 0);
  EXPECT_EQ(error(applied("frequency_mask", "most = 5\ncount = 2").inputs, "frequency_mask"), 0);
  EXPECT_EQ(error(applied("time_mask", "most = 6").inputs, "time_mask"), 0);
}

TEST_F(AugmentVector, WhatIsMixedEqualsPyTorch) {
  EXPECT_LE(error(applied("mixstyle", "chance = 1").inputs, "mixstyle"), tolerance_);
  EXPECT_LE(error(applied("mixup", "alpha = 0.4").inputs, "mixup"), tolerance_);
}

TEST_F(AugmentVector, TheLossOfMixedClassesIsTheMixtureOfTheLosses) {
  const AugmentRows mixed = applied("mixup", "alpha = 0.4");
  const at::Tensor scores = file_.find("scores")->clone().requires_grad_(true);
  const Batch batch{{mixed.inputs}, {mixed.targets}};
  const auto loss = make_loss({.kind = "cross_entropy"});
  const at::Tensor mean = loss->mean({scores}, batch);
  mean.backward();
  EXPECT_LE(error(mean.detach().reshape({1}), "mixup_loss"), tolerance_);
  EXPECT_LE(error(scores.grad(), "mixup_gradient"), tolerance_);
  EXPECT_EQ(loss->weight(batch), 6);
}

TEST_F(AugmentVector, RowsThatAreViewsOfTheDataStayAsTheyAre) {
  const at::Tensor before = file_.find("images")->clone();
  for (const char* name : {"crop", "flip", "frequency_mask", "time_mask", "mixstyle", "mixup"})
    applied(name, std::string(name) == "crop"                          ? "padding = 2"
                  : std::string(name).find("mask") < std::string::npos ? "most = 4"
                                                                       : "");
  EXPECT_TRUE(at::equal(*file_.find("images"), before));
}

}  // namespace
}  // namespace lathe
