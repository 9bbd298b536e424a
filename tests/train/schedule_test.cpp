/// Learning rates that can be worked out by hand, and refusals. All kinds against PyTorch: train_vector_test.cpp.
#include "lathe/train/schedule.h"

#include <gtest/gtest.h>

#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

TEST(Schedule, LinearOverTheWholeTraining) {
  const auto schedule = make_schedule({.kind = "linear", .end_factor = 0.2}, 0.01, 512);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(0), 0.01);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(1), 0.009984375);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(256), 0.006);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(511), 0.002015625);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(600), 0.002);
}

TEST(Schedule, CosineStaysDownBehindItsEnd) {
  const auto schedule = make_schedule({.kind = "cosine", .end_factor = 0.1, .length = 10}, 1, 99);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(5), 0.55);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(10), 0.1);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(15), 0.1);
}

TEST(Schedule, WarmUpRampOfTheAcousticScenes) {
  const auto schedule = make_schedule({.kind = "warmup", .end_factor = 0.001}, 1, 50);
  const double expected[] = {.014975, .031048, .108368, .286505, .573753, .870325, 1};
  for (int t = 0; t < 7; ++t) EXPECT_NEAR(schedule->learning_rate(t), expected[t], 5e-7) << t;
  EXPECT_EQ(schedule->learning_rate(20), 1);
  EXPECT_NEAR(schedule->learning_rate(21), .9001, 1e-12);
  EXPECT_NEAR(schedule->learning_rate(29), .1009, 1e-12);
  EXPECT_EQ(schedule->learning_rate(40), .001);
}

TEST(Schedule, LinearWarmUpShortensWhatFollows) {
  const auto schedule = make_schedule({.kind = "linear", .warmup = 4, .warmup_factor = 0.5}, 1, 14);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(0), 0.5);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(2), 0.75);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(4), 1);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(9), 0.5);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(14), 0);
}

TEST(Schedule, PlateauDoesNotListenDuringWarmUp) {
  const auto schedule = make_schedule({.kind = "plateau", .patience = 0, .warmup = 3}, 1, 99);
  for (int t = 0; t < 3; ++t) schedule->observe(t, 1 + t);
  EXPECT_EQ(schedule->learning_rate(3), 1);
  schedule->observe(3, 5);
  schedule->observe(4, 5);
  EXPECT_EQ(schedule->learning_rate(5), 0.1);
}

TEST(Schedule, Refusals) {
  const auto refusal = [](const ScheduleOptions& options) {
    return error_of([&] { make_schedule(options, 0.1, 10); });
  };
  EXPECT_EQ(
      refusal({.kind = "cosin"}),
      "unknown schedule 'cosin'; known: constant, cosine, exponential, linear, plateau, step, warmup (did you mean "
      "'cosine'?)");
  EXPECT_EQ(refusal({.kind = "step", .every = 0}), "schedule 'step': every is 0 (expected at least 1)");
  EXPECT_EQ(refusal({.kind = "step", .decay = 1.5}), "schedule 'step': decay is 1.5 (expected above 0 and at most 1)");
  EXPECT_EQ(refusal({.kind = "linear", .end_factor = -1}), "schedule 'linear': end_factor is -1 (expected at least 0)");
  EXPECT_EQ(refusal({.kind = "warmup", .flat_until = 3}),
            "schedule 'warmup': ramp_until 6, flat_until 3, down_until 30 are not in order");
}

}  // namespace
}  // namespace lathe
