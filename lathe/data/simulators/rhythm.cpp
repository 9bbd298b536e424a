/// A single-lead electrocardiogram as it looks behind a 1–10 Hz band-pass, in three rhythm classes.
#include <ATen/ops/empty.h>

#include "lathe/base/errors.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/simulators/waves.h"

namespace lathe {

namespace {

using waves::Noise;

constexpr double rate_hz = 64;
constexpr int64_t window_samples = 640;

enum Rhythm : int64_t { normal, fibrillation, other };

/// A heart's look in this lead; heights in units of the R wave.
struct Shape {
  explicit Shape(Rng& rng)
      : p(rng.uniform(0.12, 0.28)), s(rng.uniform(0.1, 0.35)), t(rng.uniform(0.2, 0.45)), pr(rng.uniform(0.13, 0.19)) {}
  double p, s, t;
  double pr;  ///< seconds from the P wave to the R wave
};

struct Beat {
  double at = 0;        ///< seconds of the R wave
  double interval = 1;  ///< to the next beat: the T wave comes earlier in a fast heart
  bool p_wave = true;
  bool conducted = true;  ///< false: a P wave without a QRS complex behind it
  bool wide = false;      ///< starts in a ventricle: broad, inverted T wave
  double pr = 0.16;
};

std::vector<Beat> sinus(Rng& rng, double seconds, double pr) {
  std::vector<Beat> beats;
  const double mean = 60 / rng.uniform(52, 100), respiration = rng.uniform(0.18, 0.33), depth = rng.uniform(0.01, 0.06);
  const Noise drift(rng, 0.01, 0.2, 1, 12);
  for (double time = -2 - rng.uniform(); time < seconds + 2;) {
    const double interval = mean * (1 + depth * std::sin(2 * std::numbers::pi * respiration * time) +
                                    0.03 * drift.at(time) + 0.008 * rng.normal());
    beats.push_back({.at = time, .interval = interval, .pr = pr});
    time += interval;
  }
  return beats;
}

/// Intervals without memory, no P wave.
std::vector<Beat> fibrillating(Rng& rng, double seconds) {
  std::vector<Beat> beats;
  const double mean = 60 / rng.uniform(65, 140), spread = rng.uniform(0.14, 0.28);
  for (double time = -2 - rng.uniform(); time < seconds + 2;) {
    const double interval = std::max(0.33, mean * std::exp(spread * rng.normal() - spread * spread / 2));
    beats.push_back({.at = time, .interval = interval, .p_wave = false});
    time += interval;
  }
  return beats;
}

/// Ectopic beats come early and the pause behind them makes up for it: `wide` from a ventricle, else from an atrium.
void make_ectopic(Rng& rng, std::vector<Beat>& beats, bool wide) {
  const bool every_second = rng.chance(0.4);  // bigeminy
  const double frequency = rng.uniform(0.15, 0.35);
  for (size_t i = 1; i < beats.size(); ++i) {
    if (every_second ? i % 2 == 0 : !rng.chance(frequency)) continue;
    const double early = rng.uniform(0.2, 0.38) * beats[i - 1].interval;
    beats[i].at -= early;
    beats[i - 1].interval -= early;
    beats[i].interval += early;
    beats[i].wide = wide;
    beats[i].p_wave = !wide;
    ++i;  // two in a row would be another rhythm
  }
}

/// Wenckebach: the PR interval grows until one P wave finds no way through.
void make_blocked(Rng& rng, std::vector<Beat>& beats) {
  const auto cycle = static_cast<size_t>(3 + rng.below(3));
  for (size_t i = 0; i < beats.size(); ++i) {
    beats[i].conducted = i % cycle != cycle - 1;
    const double delay = 0.06 * static_cast<double>(i % cycle);
    beats[i].pr += delay;
    beats[i].at += delay;
  }
}

std::vector<Beat> beats_of(Rng& rng, Rhythm rhythm, double seconds, double pr) {
  if (rhythm == fibrillation) return fibrillating(rng, seconds);
  if (rhythm == normal) return sinus(rng, seconds, pr);
  const int64_t kind = rng.below(4);
  std::vector<Beat> beats = sinus(rng, seconds, kind == 3 ? rng.uniform(0.26, 0.36) : pr);  // 3: first-degree block
  if (kind <= 1) make_ectopic(rng, beats, kind == 0);
  if (kind == 2) make_blocked(rng, beats);
  return beats;
}

double wave_at(const Beat& beat, const Shape& shape, double seconds) {
  const double since = seconds - beat.at, to_t = 0.3 * std::sqrt(std::clamp(beat.interval, 0.35, 1.4));
  double sum = 0;
  if (beat.p_wave) sum += shape.p * waves::bell(since + beat.pr, 0.03);
  if (!beat.conducted) return sum;
  if (beat.wide)
    return sum + 1.3 * waves::bell(since, 0.06) - 0.5 * waves::bell(since - 0.14, 0.06) -
           1.2 * shape.t * waves::bell(since - to_t - 0.05, 0.07);
  // Dips on both sides of R are what the band-pass leaves of a narrow complex.
  return sum + waves::bell(since, 0.026) - 0.22 * waves::bell(since + 0.06, 0.025) -
         (0.15 + shape.s) * waves::bell(since - 0.065, 0.03) + shape.t * waves::bell(since - to_t, 0.055);
}

std::vector<double> record(Rng& rng, Rhythm rhythm, int64_t samples) {
  const double seconds = static_cast<double>(samples) / rate_hz;
  const Shape shape(rng);
  const std::vector<Beat> beats = beats_of(rng, rhythm, seconds, shape.pr);
  const double noise_height = rng.uniform(0.02, 0.08), flutter_height = rng.uniform(0.03, 0.1);
  const double slowest_hz = rng.uniform(4, 5), fastest_hz = rng.uniform(6.5, 9);
  const Noise noise(rng, 1, 10, 0.5, 40), flutter(rng, slowest_hz, fastest_hz, 0, 10);
  std::vector<double> signal(samples);
  for (int64_t i = 0; i < samples; ++i) {
    const double time = static_cast<double>(i) / rate_hz;
    signal[i] = noise_height * noise.at(time) + (rhythm == fibrillation ? flutter_height * flutter.at(time) : 0);
  }
  for (const Beat& beat : beats) {
    const auto first = std::max<int64_t>(0, std::llround((beat.at - 0.6) * rate_hz));
    const auto last = std::min<int64_t>(samples, std::llround((beat.at + 0.8) * rate_hz));
    for (int64_t i = first; i < last; ++i) signal[i] += wave_at(beat, shape, static_cast<double>(i) / rate_hz);
  }
  return signal;
}

}  // namespace

Dataset simulate_rhythms(const RhythmOptions& options) {
  check(options.windows >= 1, "simulate_rhythms: windows makes no sense (expected at least 1, got {})",
        options.windows);
  check(options.windows_per_record >= 1,
        "simulate_rhythms: windows_per_record makes no sense (expected at least 1, got {})",
        options.windows_per_record);
  Dataset data{.name = "simulated rhythms",
               .inputs = at::empty({options.windows, 1, window_samples}, at::TensorOptions().dtype(at::kFloat)),
               .targets = at::empty({options.windows}, at::TensorOptions().dtype(at::kLong)),
               .groups = {},
               .class_names = {"normal", "af", "other"},
               .rate_hz = rate_hz};
  Rng seeds(options.seed);
  for (int64_t first = 0, index = 0; first < options.windows; first += options.windows_per_record, ++index) {
    Rng rng(seeds.bits());
    const auto rhythm = static_cast<Rhythm>(index % 3);
    const std::vector<double> signal = record(rng, rhythm, options.windows_per_record * window_samples);
    const int64_t last = std::min(options.windows, first + options.windows_per_record);
    for (int64_t window = first; window < last; ++window) {
      waves::digitise(std::span(signal).subspan((window - first) * window_samples, window_samples),
                      data.inputs.mutable_data_ptr<float>() + window * window_samples);
      data.targets.mutable_data_ptr<int64_t>()[window] = rhythm;
      data.groups.push_back(fmt::format("record{}", index + 1));
    }
  }
  return data;
}

}  // namespace lathe
