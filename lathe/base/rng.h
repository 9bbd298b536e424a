/// A seeded random source without LibTorch, the same on every machine: simulators, bootstrap, tests. Not for weights:
/// those draw from LibTorch's generator so that they equal PyTorch's.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace lathe {

class Rng {
 public:
  explicit Rng(uint64_t seed) : engine_(seed) {}
  uint64_t bits() { return engine_(); }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in 0 … count-1. The bias is below count / 2^64.
  int64_t below(int64_t count) {
    return static_cast<int64_t>((static_cast<wide>(engine_()) * static_cast<uint64_t>(count)) >> 64);
  }
  bool chance(double probability) { return uniform() < probability; }
  /// Box–Muller; draws two uniforms a call.
  double normal(double mean = 0, double deviation = 1) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return mean + deviation * radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  __extension__ using wide = unsigned __int128;
  std::mt19937_64 engine_;  // fully specified by the standard, unlike the standard's distributions
};

}  // namespace lathe
