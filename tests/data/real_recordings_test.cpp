/// The real wrist recordings, where they are on this machine: what they are known to hold.
#include "lathe/data/dataset.h"
#include "lathe/data/readers/readers.h"
#include "lathe/data/transforms.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

Dataset troika(const std::filesystem::path& folder) {
  return {.name = "troika",
          .inputs = open_array(folder / "scaled_ppgs.npy").values.unsqueeze(1),
          .targets = open_array(folder / "seg_labels.npy").values,
          .rate_hz = 64};
}

TEST(RealRecordings, TroikaIsAsDescribed) {
  LATHE_NEEDS_REAL_DATA(folder, "troika-ppg");
  const Dataset data = troika(folder);
  verify(data);
  EXPECT_EQ(data.inputs.sizes(), (std::vector<int64_t>{113, 1, 1920}));
  EXPECT_EQ(data.inputs.min().item<double>(), 0);
  EXPECT_EQ(data.inputs.max().item<double>(), 1);
  EXPECT_NEAR(data.targets.mean().item<double>(), 0.52642, 5e-6);
}

TEST(RealRecordings, TroikaZscoreEqualsNumpy) {
  LATHE_NEEDS_REAL_DATA(folder, "troika-ppg");
  const at::Tensor z = transforms().at("zscore").apply(troika(folder).inputs);
  EXPECT_FLOAT_EQ(z[0][0][0].item<float>(), -1.04308677F);
  EXPECT_FLOAT_EQ(z[0][0][1919].item<float>(), -0.54389298F);
  EXPECT_FLOAT_EQ(z[57][0][1000].item<float>(), 0.903874815F);
  EXPECT_FLOAT_EQ(z[112][0][1].item<float>(), -0.70039326F);
  EXPECT_NEAR(z.to(at::kDouble).pow(3).sum().item<double>(), 17043.209481313752, 1e-4);
}

}  // namespace
}  // namespace lathe
