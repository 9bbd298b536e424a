/// The real images and recordings, where they are on this machine: NumPy's numbers of them.
#include <ATen/ops/bincount.h>

#include <algorithm>
#include <set>

#include "lathe/data/readers/file_rows.h"
#include "lathe/data/readers/readers.h"
#include "lathe/data/transforms.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::listed;

int64_t total(const at::Tensor& values) {
  return values.to(at::kLong).sum().item<int64_t>();
}

TEST(RealFiles, MnistIsAsNumpyReadsIt) {
  LATHE_NEEDS_REAL_DATA(folder, "mnist");
  const at::Tensor images = open_array(folder / "t10k-images-idx3-ubyte.gz").values;
  EXPECT_EQ(images.sizes(), at::IntArrayRef({10'000, 1, 28, 28}));
  EXPECT_EQ(total(images), 264'923'200);
  EXPECT_EQ(total(images[7]), 21'062);
  EXPECT_EQ(total(images[9999][0][14]), 2'768);
  const at::Tensor labels = open_array(folder / "t10k-labels-idx1-ubyte.gz").values;
  EXPECT_EQ(listed(at::bincount(labels)), (std::vector<double>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
  EXPECT_EQ(listed(at::bincount(labels.narrow(0, 8000, 2000))),
            (std::vector<double>{207, 230, 198, 207, 194, 169, 202, 215, 187, 191}));
}

TEST(RealFiles, CifarIsAsNumpyReadsItAndBalanced) {
  LATHE_NEEDS_REAL_DATA(folder, "cifar10/cifar-10-batches-bin");
  const Array array = open_array(folder);
  EXPECT_EQ(array.values.sizes(), at::IntArrayRef({6'000, 3, 32, 32}));
  EXPECT_EQ(total(array.values.narrow(0, 0, 5000)), 1'849'123'137);
  EXPECT_EQ(total(array.values.narrow(0, 5000, 1000)), 374'565'327);
  EXPECT_EQ(listed(array.values[3].select(1, 5).select(1, 7)), (std::vector<double>{116, 116, 124}));
  EXPECT_EQ(listed(at::bincount(array.labels.narrow(0, 0, 5000))), std::vector<double>(10, 500));
  EXPECT_EQ(listed(at::bincount(array.labels.narrow(0, 5000, 1000))), std::vector<double>(10, 100));
  EXPECT_EQ(array.labels[0].item<int>(), 4);
  EXPECT_EQ(array.class_names.at(4), "deer");
  EXPECT_EQ(std::count(array.files.begin(), array.files.end(), "test_batch.bin"), 1000);
}

TEST(RealFiles, SpokenDigitsAreAsTheWaveModuleReadsThem) {
  LATHE_NEEDS_REAL_DATA(folder, "fsdd/recordings");
  const FileList list = list_by_name(folder, "{label}_{speaker}_{index}");
  ASSERT_EQ(list.size(), 2000);
  for (const char* speaker : {"george", "jackson", "nicolas", "theo"})
    EXPECT_EQ(std::count(list.parts.at("speaker").begin(), list.parts.at("speaker").end(), speaker), 500) << speaker;
  for (int digit = 0; digit < 10; ++digit)
    EXPECT_EQ(std::count(list.labels.begin(), list.labels.end(), std::to_string(digit)), 200) << digit;
  const FileRows rows = read_clips(list, {.samples = 18'262});
  EXPECT_EQ(rows.values.sizes(), at::IntArrayRef({2000, 1, 18'262}));
  EXPECT_EQ(rows.rate_hz, 8000);
  EXPECT_EQ(total((rows.values * 32768).abs()), 7'630'940'903);
  const auto theo = std::find(list.names.begin(), list.names.end(), "7_theo_12.wav") - list.names.begin();
  EXPECT_EQ(listed((rows.values[theo][0] * 32768).narrow(0, 100, 4)), (std::vector<double>{-105, -34, 54, 152}));
  EXPECT_EQ(rows.notes, std::vector<std::string>{folder.string() +
                                                 ": of 2000 clips 1999 padded with zeros and 0 cut to 18262 samples"});
  const FileRows second = read_clips(list, {.samples = 4000});
  EXPECT_EQ(second.notes, std::vector<std::string>{
                              folder.string() + ": of 2000 clips 1547 padded with zeros and 452 cut to 4000 samples"});
  const at::Tensor level = transforms().at("rms").apply(second.values);
  EXPECT_NEAR(level[theo][0][100].item<float>(), -105 / 32768. * 0.1 / 0.010119211258200218, 1e-4);
}

}  // namespace
}  // namespace lathe
