/// Another number of samples a second, through a windowed sinc: the same numbers as torchaudio's `resample`.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lathe {

/// Keeps what lies below 99 % of the lower half rate; a sinc six zero crossings wide on either side, under a Hann
/// window. Source: J. O. Smith, Digital Audio Resampling (CCRMA).
class RateChange {
 public:
  /// @throws Error for rates below 1
  RateChange(int64_t from_hz, int64_t to_hz);

  /// How many samples come out: ceil(samples · to / from).
  int64_t samples_out(int64_t samples) const;
  /// How many samples in are looked at for the first `samples` out.
  int64_t samples_in(int64_t samples) const;
  /// The first `most_samples` of them.
  std::vector<float> apply(std::span<const float> x, int64_t most_samples) const;

 private:
  int64_t from_, to_;                       ///< without common factors
  double half_width_;                       ///< in samples of the slower rate's grid, counted at `from`
  std::vector<std::vector<float>> phases_;  ///< weights for each place that an output can have between two inputs
  std::vector<int64_t> first_;              ///< the first input of a phase, relative to the input at or before it
};

}  // namespace lathe
