/// Resampling: torchaudio's numbers, and what must hold of any signal.
#include "lathe/data/readers/change_rate.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "tests/support/support.h"

namespace lathe {
namespace {

constexpr int64_t all = std::numeric_limits<int64_t>::max();

struct Golden {
  int64_t from, to;
  size_t samples;
  double first, second, sixth, last, sum;
};

/// From torchaudio's formula in float64, of sin(0.3 i) + 0.1 (i mod 7), 40 samples.
TEST(ChangeRate, EqualsTorchaudio) {
  std::vector<float> x;
  for (int i = 0; i < 40; ++i) x.push_back(static_cast<float>(std::sin(0.3 * i) + 0.1 * (i % 7)));
  for (const Golden& golden :
       {Golden{16000, 8000, 20, 0.0760311596, 0.732542416, 0.441372826, -0.594685492, 6.21907984},
        Golden{8000, 16000, 80, 0.00107519992, 0.164852111, 0.91837311, -0.157470664, 24.5815158},
        Golden{44100, 16000, 15, 0.0908396625, 1.02138396, -0.592482321, -0.438143734, 4.43866611},
        Golden{8000, 11025, 56, 0.00107519992, 0.266630628, 1.26867754, -0.0210154901, 16.9318924}}) {
    const std::vector<float> y = RateChange(golden.from, golden.to).apply(x, all);
    ASSERT_EQ(y.size(), golden.samples);
    EXPECT_NEAR(y[0], golden.first, 1e-6);
    EXPECT_NEAR(y[1], golden.second, 1e-6);
    EXPECT_NEAR(y[5], golden.sixth, 1e-6);
    EXPECT_NEAR(y.back(), golden.last, 1e-6);
    EXPECT_NEAR(std::accumulate(y.begin(), y.end(), 0.0), golden.sum, 1e-5);
  }
}

TEST(ChangeRate, ATonePassesAndOneAboveTheHalfRateGoes) {
  const auto tone = [](double hz, double rate) {
    std::vector<float> samples;
    for (int i = 0; i < rate; ++i)
      samples.push_back(static_cast<float>(std::sin(2 * std::numbers::pi * hz * i / rate)));
    return samples;
  };
  const std::vector<float> low = RateChange(44100, 8000).apply(tone(1000, 44100), all), wanted = tone(1000, 8000);
  ASSERT_EQ(low.size(), wanted.size());
  for (size_t i = 100; i < 7900; ++i) ASSERT_NEAR(low[i], wanted[i], 3e-3) << i;
  const std::vector<float> high = RateChange(44100, 8000).apply(tone(6000, 44100), all);
  for (size_t i = 100; i < 7900; ++i) ASSERT_NEAR(high[i], 0, 3e-3) << i;
}

TEST(ChangeRate, TheStartOfASignalNeedsOnlyItsStart) {
  std::vector<float> x;
  for (int i = 0; i < 3000; ++i) x.push_back(static_cast<float>((i * 7919) % 201) / 100 - 1);
  for (const auto& [from, to] :
       {std::pair{44100, 16000}, std::pair{8000, 44100}, std::pair{48000, 8000}, std::pair{11025, 11024}}) {
    const RateChange change(from, to);
    const int64_t wanted = 250, needed = change.samples_in(wanted);
    ASSERT_LT(needed, 3000);
    const std::vector<float> whole = change.apply(x, wanted);
    const std::vector<float> part =
        change.apply(std::span<const float>(x).subspan(0, static_cast<size_t>(needed)), wanted);
    EXPECT_EQ(whole, part) << from << " to " << to;
  }
}

TEST(ChangeRate, NoRate) {
  EXPECT_EQ(test::error_of([] { RateChange(0, 8000); }), "rates are 0 and 8000 (expected at least 1 sample a second)");
}

}  // namespace
}  // namespace lathe
