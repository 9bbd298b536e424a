/// What every pretext task promises of the windows that it changes, and what is refused.
#include <algorithm>
#include <numeric>
#include <set>

#include "lathe/pretrain/pretext_batches.h"
#include "lathe/pretrain/tasks/cubic_spline.h"
#include "lathe/pretrain/tasks/time_warp.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;

/// Channels 0 … 99, 1000 … 1099, 2000 … 2099: every value says where it was.
std::vector<float> ramps(int64_t samples = 100) {
  std::vector<float> window;
  for (int64_t channel = 0; channel < 3; ++channel)
    for (int64_t i = 0; i < samples; ++i) window.push_back(static_cast<float>(1000 * channel + i));
  return window;
}

std::vector<float> changed(const TaskOptions& options, Rng& rng, int64_t samples = 100) {
  std::vector<float> window = ramps(samples);
  make_pretext_task(options, {3, samples})->apply(window, rng);
  return window;
}

TEST(ArrowOfTime, TurnsTimeAndKeepsTheOrderOfChannels) {
  Rng rng(1);
  const std::vector<float> window = changed({.kind = "arrow_of_time"}, rng);
  for (int channel = 0; channel < 3; ++channel)
    for (int i = 0; i < 100; ++i) EXPECT_EQ(window[channel * 100 + i], 1000 * channel + 99 - i);
}

/// Where the parts of a permuted ramp begin in the window that it was.
std::vector<int> parts_of(const std::vector<float>& window) {
  std::vector<int> begins = {static_cast<int>(window[0])};
  for (int i = 1; i < 100; ++i)
    if (window[i] != window[i - 1] + 1) begins.push_back(static_cast<int>(window[i]));
  return begins;
}

TEST(Permutation, PartsAreLongerThanTenAndNeverStayWhereTheyWere) {
  Rng rng(2);
  for (int i = 0; i < 2000; ++i) {
    const std::vector<float> window = changed({.kind = "permutation"}, rng);
    std::vector<int> begins = parts_of(window);
    EXPECT_GE(begins.size(), 2U);
    EXPECT_LE(begins.size(), 4U);
    std::sort(begins.begin(), begins.end());
    begins.push_back(100);
    for (size_t part = 1; part < begins.size(); ++part) EXPECT_GT(begins[part] - begins[part - 1], 10);
    for (int sample = 0; sample < 100; ++sample) {  // axes stay together
      EXPECT_EQ(window[100 + sample], 1000 + window[sample]);
      EXPECT_EQ(window[200 + sample], 2000 + window[sample]);
    }
  }
}

/// Cuts are as if drawn anew until all parts are long enough.
TEST(Permutation, CutsAreDrawnAsInThePublication) {
  Rng rng(3);
  std::vector<double> published(100), ours(100);
  for (int i = 0; i < 20000; ++i) {
    for (const int begin : parts_of(changed({.kind = "permutation"}, rng))) ours[begin] += begin > 0 ? 1 : 0;
    for (;;) {
      std::vector<int64_t> edges = {0, rng.below(80) + 10, rng.below(80) + 10, rng.below(80) + 10, 100};
      std::sort(edges.begin(), edges.end());
      bool fits = true;
      for (int part = 0; part < 4; ++part) fits = fits && edges[part + 1] - edges[part] > 10;
      if (!fits) continue;
      for (int part = 1; part < 4; ++part) published[edges[part]] += 1;
      break;
    }
  }
  const double total = std::accumulate(ours.begin(), ours.end(), 0.0);  // fewer: parts may stay together
  for (int at = 0; at < 100; ++at) EXPECT_NEAR(ours[at] / total, published[at] / 60000, 0.0025) << at;
}

TEST(Permutation, WindowsThatJustFitHaveOneWayToBeCut) {
  Rng rng(4);
  for (int i = 0; i < 100; ++i) {
    const std::vector<float> window = changed({.kind = "permutation"}, rng, 44);
    for (int part = 0; part < 4; ++part) EXPECT_EQ(static_cast<int>(window[11 * part]) % 11, 0);
  }
}

TEST(Scale, EveryAxisHasAFactorAwayFromOne) {
  Rng rng(5);
  double least = 9, most = 0, sum = 0;
  int nearest = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::vector<float> window = changed({.kind = "scale"}, rng);
    std::set<float> factors;
    for (int channel = 0; channel < 3; ++channel) {
      const double factor = window[100 * channel + 50] / (1000 * channel + 50);
      EXPECT_NEAR(window[100 * channel + 99], factor * (1000 * channel + 99), 1e-2);
      least = std::min(least, factor), most = std::max(most, factor), sum += factor;
      nearest += std::abs(factor - 1) < 0.15 - 1e-6 ? 1 : 0;
      factors.insert(window[100 * channel + 50]);
    }
    EXPECT_EQ(factors.size(), 3U);
  }
  EXPECT_EQ(nearest, 0);
  EXPECT_NEAR(least, 0.5, 0.01);
  EXPECT_NEAR(most, 1.5, 0.01);
  EXPECT_NEAR(sum / 9000, 1, 0.02);
}

TEST(TimeWarp, TheLastSampleStaysAndTimeNeverRunsBack) {
  Rng rng(6);
  double apart = 0;
  for (int i = 0; i < 500; ++i) {
    const std::vector<float> window = changed({.kind = "time_warp"}, rng);
    for (int channel = 0; channel < 3; ++channel) {
      EXPECT_FLOAT_EQ(window[100 * channel + 99], 1000 * channel + 99);
      for (int at = 1; at < 100; ++at) EXPECT_GE(window[100 * channel + at], window[100 * channel + at - 1]);
    }
    apart += std::abs(window[50] + 1000 - window[150]) / 500;  // each axis has a clock of its own
  }
  EXPECT_GT(apart, 2);
}

TEST(TimeWarp, TheClockEndsAtTheLastSampleAndNotBeforeTheFirst) {
  const std::vector<double> clock = warped_clock(std::vector<double>{1, 3, 2, 2});
  EXPECT_EQ(clock, (std::vector<double>{0.375, 1.5, 2.25, 3}));
}

TEST(TimeWarp, SamplesInBetweenAreRead) {
  std::vector<float> axis = {10, 20, 30, 40};
  read_by_clock(std::vector<double>{0.5, 1.5, 2, 3}, axis);
  EXPECT_EQ(axis, (std::vector<float>{10, 15, 30, 40}));  // before the first one's time: the first
}

TEST(CubicSpline, FourKnotsAreOneCubic) {
  const CubicSpline spline(std::vector<double>{1, 2, 0, 1});
  EXPECT_NEAR(spline(0.5), 2.25, 1e-12);
  EXPECT_NEAR(spline(1.5), 1, 1e-12);
  EXPECT_NEAR(spline(2.5), -0.25, 1e-12);
}

TEST(Tasks, SettingsOutOfRangeAreRefused) {
  const auto refusal = [](const TaskOptions& options, int64_t samples = 300) {
    return error_of([&] { make_pretext_task(options, {3, samples}); });
  };
  EXPECT_EQ(refusal({.kind = "permutaton"}),
            "unknown pretext task 'permutaton'; known: arrow_of_time, permutation, scale, time_warp (did you mean "
            "'permutation'?)");
  EXPECT_EQ(refusal({.kind = "permutation"}, 43),
            "pretext task 'permutation': windows have 43 samples (expected at least 44: 4 segments of more than 10 "
            "samples); set fewer segments or a smaller longer_than");
  EXPECT_EQ(refusal({.kind = "permutation", .segments = 1}),
            "pretext task 'permutation': segments is 1 (expected at least 2)");
  EXPECT_EQ(refusal({.kind = "time_warp", .knots = 3}), "pretext task 'time_warp': knots is 3 (expected at least 4)");
  EXPECT_EQ(refusal({.kind = "time_warp", .deviation = 0.8}),
            "pretext task 'time_warp': deviation is 0.8 (expected above 0, at most 0.5)");
  EXPECT_EQ(refusal({.kind = "time_warp", .knots = 200, .deviation = 0.5}),
            "pretext task 'time_warp': knots = 200 with deviation = 0.5 lets time run backwards in 99 of 100 draws "
            "(expected at most 95); take fewer knots or a smaller deviation");
  EXPECT_EQ(refusal({.kind = "scale", .least = 0.6}),
            "pretext task 'scale': least is 0.6 and most 0.5 (expected 0 < least < most < 1)");
  EXPECT_EQ(refusal({.kind = "arrow_of_time", .weight = 0}),
            "pretext task 'arrow_of_time': weight is 0 (expected more than 0)");
}

TEST(Tasks, AreAppliedInTheRegistrysOrder) {
  const std::vector<TaskOptions> sorted = in_order({{"time_warp"}, {"arrow_of_time"}, {"permutation"}, {"scale"}});
  std::vector<std::string> kinds;
  for (const TaskOptions& task : sorted) kinds.push_back(task.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"arrow_of_time", "scale", "permutation", "time_warp"}));
  EXPECT_EQ(error_of([] { in_order({{"scale"}, {"scale"}}); }),
            "pretext task 'scale' is there twice (expected each once)");
}

}  // namespace
}  // namespace lathe
