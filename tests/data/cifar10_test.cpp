/// CIFAR-10's batches: one, all of a folder, by a pattern, and damaged ones.
#include "lathe/data/readers/cifar10.h"

#include <ATen/ops/equal.h>

#include "lathe/base/files.h"
#include "tests/data/numbers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using namespace test;

class Cifar10 : public testing::Test {
 protected:
  ScratchFolder folder_;

  static std::string record(int label, char first) {
    std::string pixels(3072, first);
    pixels[1024] = static_cast<char>(first + 1);  // the first green one
    return static_cast<char>(label) + pixels;
  }
  void SetUp() override {
    write_atomic(folder_ / "data_batch_1.bin", record(3, 10) + record(0, 20));
    write_atomic(folder_ / "test_batch.bin", record(9, 30));
  }
  void write_names() {
    write_atomic(folder_ / "batches.meta.txt",
                 "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  }
};

TEST_F(Cifar10, ABatchIsImagesAndLabels) {
  const Array array = open_array(folder_ / "data_batch_1.bin");
  EXPECT_EQ(array.values.sizes(), at::IntArrayRef({2, 3, 32, 32}));
  EXPECT_EQ(array.values.scalar_type(), at::kByte);
  EXPECT_EQ(array.values[1][0][31][31].item<int>(), 20);
  EXPECT_EQ(array.values[1][1][0][0].item<int>(), 21);
  EXPECT_TRUE(at::equal(array.labels, classes({3, 0})));
  EXPECT_TRUE(array.class_names.empty());
}

TEST_F(Cifar10, AFolderIsAllItsBatchesWithTheNamesOfClasses) {
  write_names();
  const Array array = open_array(folder_.path());
  EXPECT_EQ(array.values.sizes(), at::IntArrayRef({3, 3, 32, 32}));
  EXPECT_TRUE(at::equal(array.labels, classes({3, 0, 9})));
  EXPECT_EQ(array.files, (std::vector<std::string>{"data_batch_1.bin", "data_batch_1.bin", "test_batch.bin"}));
  EXPECT_EQ(array.class_names.at(9), "truck");
  EXPECT_TRUE(at::equal(open_array(folder_ / "data_batch_*.bin").labels, classes({3, 0})));
}

TEST_F(Cifar10, DamagedFiles) {
  const auto error = [&] { return error_of([&] { open_array(folder_.path()); }); };
  write_atomic(folder_ / "test_batch.bin", record(9, 30) + "x");
  EXPECT_EQ(error(),
            (folder_ / "test_batch.bin").string() +
                ": is not a CIFAR-10 batch, or is cut short (expected records of 3073 bytes, got 1 and 1 bytes over)");
  write_atomic(folder_ / "test_batch.bin", record(9, 30) + record(10, 30));
  EXPECT_EQ(error(), (folder_ / "test_batch.bin").string() +
                         ": record 1: class is outside the allowed set (expected 0 to 9, got 10)");
  write_atomic(folder_ / "test_batch.bin", record(9, 30));
  write_atomic(folder_ / "batches.meta.txt", "airplane\n");
  EXPECT_EQ(error(), (folder_ / "batches.meta.txt").string() + ": holds 1 names (expected 10, one a class)");
  EXPECT_EQ(error_of([&] { open_array(folder_ / "train_*.bin"); }),
            (folder_ / "train_*.bin").string() + ": matches no file");
}

}  // namespace
}  // namespace lathe
