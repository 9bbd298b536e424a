/// What the simulators share: slow random drifts, random sums of sines, bell curves, and the sensor's rounding.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "lathe/base/rng.h"

namespace lathe::waves {

inline double bell(double distance, double width) {
  const double ratio = distance / width;
  return std::exp(-0.5 * ratio * ratio);
}

/// A band-limited random signal of unit power: sines of random frequency and phase, with power ∝ 1 / f^tilt.
class Noise {
 public:
  Noise(Rng& rng, double low_hz, double high_hz, double tilt, int64_t sines = 24) {
    double power = 0;
    for (int64_t i = 0; i < sines; ++i) {
      const double hz =
          low_hz * std::pow(high_hz / low_hz, rng.uniform());  // even on a logarithmic axis: already 1 / f
      const double strength = std::pow(hz / low_hz, (1 - tilt) / 2);
      sines_.push_back({2 * std::numbers::pi * hz, rng.uniform(0, 2 * std::numbers::pi), strength});
      power += strength * strength / 2;
    }
    for (Sine& sine : sines_) sine.strength /= std::sqrt(power);
  }
  double at(double seconds) const {
    double sum = 0;
    for (const Sine& sine : sines_) sum += sine.strength * std::sin(sine.omega * seconds + sine.phase);
    return sum;
  }

 private:
  struct Sine {
    double omega, phase, strength;
  };
  std::vector<Sine> sines_;
};

/// 0 outside [start, end], 1 inside, with raised-cosine flanks of `flank` seconds inside the interval.
inline double gate(double seconds, double start, double end, double flank) {
  const double depth = std::min(seconds - start, end - seconds) / flank;
  return depth <= 0 ? 0 : depth >= 1 ? 1 : 0.5 - 0.5 * std::cos(std::numbers::pi * depth);
}

/// Scales into [0, 1] and rounds to 12 bits as a sensor does. The rounding also hides the last bits in which machines'
/// sin and exp differ, so the bytes are the same everywhere.
inline void digitise(std::span<const double> signal, float* out) {
  const auto [low, high] = std::minmax_element(signal.begin(), signal.end());
  const double offset = *low, range = *high > *low ? *high - *low : 1;
  for (const double value : signal) *out++ = static_cast<float>(std::round((value - offset) / range * 4095) / 4095);
}

}  // namespace lathe::waves
