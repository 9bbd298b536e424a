/// Counts on packed bits against counting one by one, for every instruction set.
#include "lathe/kernels/coactivation.h"

#include "lathe/base/rng.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

std::vector<float> noise(int64_t count, Rng& rng) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(rng.uniform()) - 0.5F);
  return values;
}

struct Sample {
  CoactivationLayer layer;
  std::vector<float> in, out;
  int64_t taps = 1;
};

CoactivationAxis axis_of(Rng& rng) {
  CoactivationAxis axis{.in = 4 + rng.below(8), .kernel = 1 + rng.below(3)};
  axis.stride = 1 + rng.below(3);
  axis.dilation = 1 + rng.below(2);
  axis.padding = rng.below(3);
  axis.circular = rng.below(4) == 0;
  const int64_t behind = rng.below(2), reach = (axis.kernel - 1) * axis.dilation + 1;
  axis.out = std::max<int64_t>(1, (axis.in + axis.padding + behind - reach) / axis.stride + 1);
  return axis;
}

Sample sample_of(uint64_t seed) {
  Rng rng(seed);
  Sample sample;
  CoactivationLayer& layer = sample.layer;
  layer.rows = 1 + rng.below(70);
  layer.groups = 1 + rng.below(3);
  layer.in_channels = layer.groups * (1 + rng.below(20));
  layer.out_channels = layer.groups * (1 + rng.below(20));
  int64_t in = layer.rows * layer.in_channels, out = layer.rows * layer.out_channels;
  for (int64_t axes = rng.below(3); axes > 0; --axes) {
    layer.axes.push_back(axis_of(rng));
    in *= layer.axes.back().in;
    out *= layer.axes.back().out;
    sample.taps *= layer.axes.back().kernel;
  }
  sample.in = noise(in, rng);
  sample.out = noise(out, rng);
  return sample;
}

/// The definition, position by position.
std::vector<int64_t> one_by_one(const Sample& sample) {
  const CoactivationLayer& layer = sample.layer;
  const CoactivationAxis none;
  const CoactivationAxis& y = layer.axes.size() == 2 ? layer.axes[0] : none;
  const CoactivationAxis& x = layer.axes.empty() ? none : layer.axes.back();
  const int64_t group_in = layer.in_channels / layer.groups, group_out = layer.out_channels / layer.groups;
  std::vector<int64_t> counts(static_cast<size_t>(layer.out_channels * group_in * sample.taps));
  const auto place = [](const CoactivationAxis& axis, int64_t o, int64_t k) {
    const int64_t i = o * axis.stride + k * axis.dilation - axis.padding;
    return axis.circular ? (i % axis.in + axis.in) % axis.in : i;
  };
  for (int64_t n = 0; n < layer.rows; ++n)
    for (int64_t o = 0; o < layer.out_channels; ++o)
      for (int64_t c = 0; c < group_in; ++c)
        for (int64_t i = 0; i < y.kernel; ++i)
          for (int64_t j = 0; j < x.kernel; ++j)
            for (int64_t oy = 0; oy < y.out; ++oy)
              for (int64_t ox = 0; ox < x.out; ++ox) {
                const int64_t iy = place(y, oy, i), ix = place(x, ox, j);
                if (iy < 0 || iy >= y.in || ix < 0 || ix >= x.in) continue;
                const int64_t channel = o / group_out * group_in + c;
                const float in =
                    sample.in[static_cast<size_t>(((n * layer.in_channels + channel) * y.in + iy) * x.in + ix)];
                const float out =
                    sample.out[static_cast<size_t>(((n * layer.out_channels + o) * y.out + oy) * x.out + ox)];
                counts[static_cast<size_t>(((o * group_in + c) * y.kernel + i) * x.kernel + j)] += in > 0 && out > 0;
              }
  return counts;
}

TEST(Coactivation, CountsAreThoseOfTheDefinition) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Sample sample = sample_of(seed);
    const std::vector<int64_t> expected = one_by_one(sample);
    for (const SimdLevel level : simd_levels()) {
      std::vector<int64_t> counts(expected.size());
      count_coactivations(sample.layer, sample.in.data(), sample.out.data(), counts.data(), {.simd = level});
      EXPECT_EQ(counts, expected) << "seed " << seed << ", " << simd_level_name(level);
    }
  }
}

TEST(Coactivation, CountsAddUpAndNoNumberIsActive) {
  const std::vector<float> in = {1, std::numeric_limits<float>::quiet_NaN(), -1, 2}, out = {3, 0.5F};
  std::vector<int64_t> counts(2 * 2);
  const CoactivationLayer layer{.rows = 1, .in_channels = 2, .out_channels = 2};
  count_coactivations(layer, in.data(), out.data(), counts.data());
  count_coactivations(layer, in.data() + 2, out.data(), counts.data(), {.threshold = 1});
  EXPECT_EQ(counts, (std::vector<int64_t>{1, 1, 1, 0}));  // [o, c]: (0, 0) before, (0, 1) behind
}

TEST(Coactivation, GroupsThatDoNotFitAreRefused) {
  EXPECT_EQ(test::error_of([] {
              count_coactivations({.rows = 1, .in_channels = 3, .out_channels = 4, .groups = 2}, nullptr, nullptr,
                                  nullptr);
            }),
            "coactivation: 3 input and 4 output channels do not split into 2 groups");
}

}  // namespace
}  // namespace lathe
