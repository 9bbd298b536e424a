#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "lathe/base/rng.h"
#include "lathe/kernels/fft_plan.h"
#include "lathe/kernels/loops.h"

namespace lathe::kernels {
namespace {

class FftLoopsTest : public testing::TestWithParam<SimdLevel> {
 protected:
  const FftLoops& loops = fft_loops(GetParam());
  std::vector<float> noise(int64_t count) {
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
  }
  Rng rng{1};
};

TEST_P(FftLoopsTest, InverseUndoesForward) {
  for (int64_t size = FftPlan::smallest; size <= FftPlan::largest; size *= 2) {
    const FftPlan plan(size);
    const std::vector<float> signal = noise(size * 2 * loops.lanes);
    std::vector<float> spectrum(signal.size()), back(signal.size());
    Buffer<float> work(plan.work_elements() * 2 * loops.lanes);
    loops.forward(plan, signal.data(), work.data(), spectrum.data());
    loops.inverse(plan, spectrum.data(), work.data(), back.data());
    for (size_t i = 0; i < signal.size(); ++i) ASSERT_NEAR(back[i] / static_cast<float>(size), signal[i], 2e-6);
  }
}

TEST_P(FftLoopsTest, AWaveHasOneBin) {
  const FftPlan plan(256);
  const int64_t element = 2 * loops.lanes;
  std::vector<float> signal(static_cast<size_t>(256 * element)), spectrum(signal.size());
  Buffer<float> work(plan.work_elements() * element);
  for (int64_t t = 0; t < 256; ++t) {
    const double angle = 2 * std::numbers::pi * 37 * static_cast<double>(t) / 256;
    signal[static_cast<size_t>(t * element)] = static_cast<float>(std::cos(angle));
    signal[static_cast<size_t>(t * element + loops.lanes)] = static_cast<float>(std::sin(angle));
  }
  loops.forward(plan, signal.data(), work.data(), spectrum.data());
  int bins = 0;
  for (int64_t f = 0; f < 256; ++f) {
    const std::complex<float> bin(spectrum[static_cast<size_t>(f * element)],
                                  spectrum[static_cast<size_t>(f * element + loops.lanes)]);
    if (std::abs(bin) < 1e-3f) continue;
    ++bins;
    EXPECT_NEAR(bin.real(), 256, 1e-3);
  }
  EXPECT_EQ(bins, 1);
}

TEST_P(FftLoopsTest, LanesAndBackIsTheSame) {
  const int64_t slots = 2 * loops.lanes, count = 64;
  const std::vector<float> rows = noise(slots * count);
  std::vector<float> signal(rows.size()), back(rows.size());
  loops.to_lanes(rows.data(), count, count, signal.data());
  EXPECT_EQ(signal[static_cast<size_t>(5 * slots + slots - 1)], rows[static_cast<size_t>((slots - 1) * count + 5)]);
  loops.from_lanes(signal.data(), count, back.data(), count);
  EXPECT_EQ(back, rows);
}

INSTANTIATE_TEST_SUITE_P(Levels, FftLoopsTest, testing::ValuesIn(simd_levels()),
                         [](const auto& info) { return std::string(simd_level_name(info.param)); });

}  // namespace
}  // namespace lathe::kernels
