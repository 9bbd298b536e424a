/// axis_swap and rotation: what stays, how often rows change, and what is refused.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_det.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/randn.h>

#include <map>

#include "tests/data/augment_settings.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::prepared;

at::Tensor applied(const std::string& name, const std::string& lines, const at::Tensor& inputs) {
  AugmentRows rows{.inputs = inputs};
  at::manual_seed(3);
  prepared(name, lines).apply(rows);
  return rows.inputs;
}

TEST(ThreeAxes, RotationKeepsLengthsAndHandedness) {
  at::manual_seed(1);
  const at::Tensor x = at::randn({200, 3, 3});
  const at::Tensor turned = applied("rotation", "", x);
  EXPECT_LE((at::linalg_vector_norm(turned, 2, 1) - at::linalg_vector_norm(x, 2, 1)).abs().max().item<double>(), 1e-5);
  EXPECT_LE((at::linalg_det(turned) - at::linalg_det(x)).abs().max().item<double>(), 1e-4);
  EXPECT_GT((turned - x).abs().flatten(1).amax(1).min().item<double>(), 1e-4);
}

TEST(ThreeAxes, RotationGoesAsFarAsItMay) {
  const at::Tensor up = at::arange(3).eq(2).to(at::kFloat).reshape({1, 3, 1}).expand({3000, 3, 1});
  const double lowest = applied("rotation", "most_degrees = 30", up).select(1, 2).min().item<double>();
  EXPECT_NEAR(lowest, 0.866, 0.003);
  const double turned = applied("rotation", "chance = 0.25", up).select(1, 2).lt(0.9999).sum().item<double>();
  EXPECT_NEAR(turned / 3000, 0.25, 0.03);
}

TEST(ThreeAxes, EachOfTheSixOrdersIsAsLikely) {
  const at::Tensor axes = at::arange(3).to(at::kFloat).reshape({1, 3, 1}).expand({6000, 3, 5});
  const at::Tensor orders = applied("axis_swap", "", axes).select(2, 4).to(at::kLong);
  std::map<int64_t, int> seen;
  for (int64_t row = 0; row < 6000; ++row)
    ++seen[100 * orders[row][0].item<int64_t>() + 10 * orders[row][1].item<int64_t>() + orders[row][2].item<int64_t>()];
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [order, count] : seen) EXPECT_NEAR(count, 1000, 110) << order;
}

/// Gyroscope beside accelerometer: worn the same way round.
TEST(ThreeAxes, SensorsOfOneWearerMoveAlike) {
  at::manual_seed(1);
  const at::Tensor x = at::randn({20, 3, 8});
  for (const char* name : {"rotation", "axis_swap"}) {
    const at::Tensor both = applied(name, "", at::cat({x, x * 2}, 1));
    EXPECT_LE((both.narrow(1, 3, 3) - both.narrow(1, 0, 3) * 2).abs().max().item<double>(), 1e-5) << name;
  }
}

TEST(ThreeAxes, OtherRowsAreRefused) {
  for (const char* name : {"rotation", "axis_swap"}) {
    const auto refusal = [&](const RowsLike& rows) { return error_of([&] { prepared(name, "").fits(rows); }); };
    EXPECT_EQ(refusal({{1, 1920}}), "moves the three axes of a sensor (expected rows [3, T], got [1, 1920])");
    EXPECT_EQ(refusal({{3, 32, 32}}), "moves the three axes of a sensor (expected rows [3, T], got [3, 32, 32])");
    EXPECT_EQ(refusal({{3, 40, 50}, true}),
              "moves the three axes of a sensor (expected rows [3, T], got features [3, 40, 50])");
  }
}

}  // namespace
}  // namespace lathe
