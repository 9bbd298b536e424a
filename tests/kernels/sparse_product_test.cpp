/// The sparse product against sums in double, for every instruction set, all widths that vectors may leave over, and
/// rows without a value.
#include "lathe/kernels/sparse_product.h"

#include "lathe/base/rng.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

std::vector<float> noise(int64_t count, double density, Rng& rng) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(rng.uniform() < density ? static_cast<float>(rng.uniform(-1, 1)) : 0.F);
  return values;
}

TEST(SparseProduct, EqualsTheDenseOne) {
  Rng rng(5);
  for (const SimdLevel level : {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level > best_simd_level()) continue;
    for (const int64_t width : {1, 3, 4, 15, 16, 17, 31, 100, 128, 255, 256, 300, 513}) {
      const int64_t rows = 1 + rng.below(7), columns = 1 + rng.below(60);
      std::vector<float> weight = noise(rows * columns, 0.2, rng);
      std::fill(weight.begin(), weight.begin() + columns, 0.F);
      const std::vector<float> x = noise(columns * width, 1, rng);
      std::vector<float> y(static_cast<size_t>(rows * width), -7);  // what was there does not count
      sparse_product(SparseMatrix::of(weight.data(), rows, columns), x.data(), width, y.data(), level);
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t at = 0; at < width; ++at) {
          double sum = 0;
          for (int64_t column = 0; column < columns; ++column)
            sum += static_cast<double>(weight[static_cast<size_t>(row * columns + column)]) *
                   static_cast<double>(x[static_cast<size_t>(column * width + at)]);
          ASSERT_NEAR(y[static_cast<size_t>(row * width + at)], sum, 1e-5) << width << " " << row << " " << at;
        }
    }
  }
}

TEST(SparseProduct, HoldsWhatIsNotZero) {
  const std::vector<float> weight = {0, 2, 0, 0, 0, 0, 3, 0, 4};
  const SparseMatrix matrix = SparseMatrix::of(weight.data(), 3, 3);
  EXPECT_EQ(matrix.first, (std::vector<int64_t>{0, 1, 1, 3}));
  EXPECT_EQ(matrix.column, (std::vector<int32_t>{1, 0, 2}));
  EXPECT_EQ(matrix.value, (std::vector<float>{2, 3, 4}));
}

}  // namespace
}  // namespace lathe
