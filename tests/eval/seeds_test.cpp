/// Intervals over seeds against scipy.stats.t, and differences seed by seed.
#include "lathe/eval/seeds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/support.h"

namespace lathe {
namespace {

TEST(SeedInterval, IsStudents) {
  const SeedInterval three = seed_interval({0.962, 0.958, 0.970});
  EXPECT_NEAR(three.mean, 0.9633333333, 1e-9);
  EXPECT_NEAR(three.deviation, 0.0061101009, 1e-9);
  EXPECT_NEAR(three.low, 0.9481550, 1e-5);  // scipy.stats.t.interval(0.95, 2, loc=mean, scale=sem)
  EXPECT_NEAR(three.high, 0.9785117, 1e-5);
}

TEST(SeedInterval, ManySeedsComeNearTheNormalOne) {
  std::vector<double> values;
  for (int i = 0; i < 31; ++i) values.push_back(i % 2 == 0 ? 1 : -1);
  const SeedInterval many = seed_interval(values);
  EXPECT_NEAR((many.high - many.mean) / (many.deviation / std::sqrt(31.0)), 2.0423, 1e-3);  // t(0.975, 30)
}

TEST(SeedInterval, OneValueHasNone) {
  EXPECT_EQ(seed_interval({0.5}).mean, 0.5);
  EXPECT_TRUE(std::isnan(seed_interval({0.5}).low));
  EXPECT_EQ(test::error_of([] { seed_interval({}); }), "an interval over seeds needs at least one value");
}

TEST(SeedDifference, GoesPairByPair) {
  const SeedInterval difference = seed_difference({0.9, 0.5, 0.7}, {0.8, 0.4, 0.6});
  EXPECT_NEAR(difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(difference.high - difference.low, 0, 1e-9);  // the seeds differ much, the pairs do not
  EXPECT_EQ(test::error_of([] { seed_difference({1}, {1, 2}); }), "1 and 2 values cannot be compared seed by seed");
}

}  // namespace
}  // namespace lathe
