#include "lathe/kernels/buffer.h"

#include <gtest/gtest.h>

namespace lathe::kernels {
namespace {

TEST(Buffer, StartsOnACacheLine) {
  for (int64_t count : {0, 1, 17, 1000}) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(Buffer<float>(count).data()) % 64, 0u);
  }
}

TEST(Buffer, MemoryIsTakenAgain) {
  const float* first = Buffer<float>(12345).data();
  EXPECT_EQ(Buffer<float>(12345).data(), first);
}

TEST(Buffer, MovingLeavesNothingBehind) {
  Buffer<float> from(10);
  const float* data = from.data();
  const Buffer<float> to = std::move(from);
  EXPECT_EQ(to.data(), data);
  EXPECT_EQ(from.bytes(), 0);
}

}  // namespace
}  // namespace lathe::kernels
