/// A wrist photoplethysmogram: pulses on a beating clock, slow drifts, and motion that the labels mark.
#include <ATen/ops/empty.h>

#include "lathe/base/errors.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/simulators/waves.h"

namespace lathe {

namespace {

using waves::Noise;

/// What stays the same within one recording. Unit of amplitude: the median height of a pulse.
struct Subject {
  explicit Subject(Rng& rng)
      : heart_hz(rng.uniform(0.95, 2.1)),
        respiration_hz(rng.uniform(0.18, 0.33)),
        sinus_arrhythmia(rng.uniform(0.01, 0.05)),
        diastolic_height(rng.uniform(0.2, 0.5)),
        diastolic_phase(rng.uniform(0.5, 0.58)),
        modulation(rng.uniform(0.05, 0.2)),
        wander_height(rng.uniform(0.05, 0.25)),
        noise_height(rng.uniform(0.01, 0.04)),
        heart_drift(rng, 0.004, 0.15, 1, 16),
        wander(rng, 0.06, 0.5, 1.5) {}
  double heart_hz, respiration_hz, sinus_arrhythmia, diastolic_height, diastolic_phase, modulation, wander_height,
      noise_height;
  Noise heart_drift, wander;
  double breath(double seconds) const { return std::sin(2 * std::numbers::pi * respiration_hz * seconds); }
};

/// Adds one beat: systolic peak, then the diastolic one behind the dicrotic notch, timed as parts of the interval.
void add_pulse(std::vector<double>& signal, double rate_hz, double start, double interval, double height,
               const Subject& subject) {
  const auto size = static_cast<int64_t>(signal.size());
  const auto first = std::max<int64_t>(0, std::llround((start - interval) * rate_hz));
  const auto last = std::min<int64_t>(size, std::llround((start + 2 * interval) * rate_hz));
  for (int64_t i = first; i < last; ++i) {
    const double phase = (static_cast<double>(i) / rate_hz - start) / interval;
    // The rise is steeper than the fall: a narrow bell before the peak, a wide one behind it.
    const double systolic = waves::bell(phase - 0.25, phase < 0.25 ? 0.08 : 0.105);
    signal[i] += height * (systolic + subject.diastolic_height * waves::bell(phase - subject.diastolic_phase, 0.075));
  }
}

std::vector<double> clean_pulses(Rng& rng, const Subject& subject, int64_t samples, double rate_hz) {
  std::vector<double> signal(samples, 0.0);
  const double end = static_cast<double>(samples) / rate_hz + 2;
  for (double time = -2 - rng.uniform(); time < end;) {
    const double rate = subject.heart_hz * (1 + 0.06 * subject.heart_drift.at(time) +
                                            subject.sinus_arrhythmia * subject.breath(time) + 0.012 * rng.normal());
    const double interval = 1 / std::clamp(rate, 0.6, 3.2);
    const double height = 1 + subject.modulation * subject.breath(time + 1) + 0.05 * rng.normal();
    add_pulse(signal, rate_hz, time, interval, height, subject);
    time += interval;
  }
  return signal;
}

/// One stretch of motion: what it adds to the signal and what it leaves of the pulse.
class Burst {
 public:
  Burst(Rng& rng, double start, double end)
      : start_(start),
        end_(end),
        kind_(pick(rng)),
        pulse_left_(kind_ == contact_lost ? 0.02 : rng.uniform(0.1, 0.8)),
        strength_(std::exp(rng.uniform(std::log(0.25), std::log(1.6)))),
        cadence_hz_(rng.uniform(0.8, 2.8)),  // walking to running, across the heart's own rates
        step_at_(start + rng.uniform(0.05, 0.3) * (end - start)),
        recovery_(rng.uniform(0.4, 2.0)),
        sign_(rng.chance(0.5) ? 1 : -1),
        envelope_(rng, 0.1, 0.9, 1, 8),
        jitter_(rng, 0.1, 0.8, 1, 8),
        shaking_(rng, 0.6, 5, 0.6) {
    for (double& phase : phases_) phase = rng.uniform(0, 2 * std::numbers::pi);
    for (double& height : heights_) height = rng.uniform(0.2, 0.9);
  }
  double start() const { return start_; }
  double end() const { return end_; }

  double disturbed(double pulse, double seconds) const {
    const double inside = waves::gate(seconds, start_, end_, 0.12);
    return pulse * (1 - inside * (1 - pulse_left_)) + inside * added(seconds);
  }

 private:
  enum Kind { walking, irregular, step, contact_lost };
  static Kind pick(Rng& rng) {
    const double draw = rng.uniform();
    return draw < 0.45 ? walking : draw < 0.77 ? irregular : draw < 0.89 ? step : contact_lost;
  }
  double added(double seconds) const {
    switch (kind_) {
      case walking: {
        const double angle = 2 * std::numbers::pi * cadence_hz_ * seconds + 0.8 * jitter_.at(seconds);
        return strength_ * (1 + 0.4 * envelope_.at(seconds)) *
               (0.7 * std::sin(angle + phases_[0]) + heights_[0] * std::sin(2 * angle + phases_[1]) +
                0.5 * heights_[1] * std::sin(3 * angle + phases_[2]));
      }
      case irregular:
        return strength_ * (1 + 0.5 * envelope_.at(seconds)) * shaking_.at(seconds);
      case step: {
        const double since = seconds - step_at_;
        const double jump = since < 0 ? 0 : sign_ * 2 * strength_ * std::exp(-since / recovery_);
        return jump + 0.4 * strength_ * shaking_.at(seconds);
      }
      default:
        return sign_ * 0.5 * strength_ + 0.05 * shaking_.at(seconds);
    }
  }

  double start_, end_;
  Kind kind_;
  double pulse_left_, strength_, cadence_hz_, step_at_, recovery_, sign_;
  Noise envelope_, jitter_, shaking_;
  double phases_[3], heights_[2];
};

/// Rest and motion take turns; both lengths are even on a logarithmic axis, so short ones are frequent.
std::vector<Burst> bursts(Rng& rng, double seconds, double artifact_ratio) {
  std::vector<Burst> bursts;
  if (artifact_ratio == 0) return bursts;
  const double rest_factor = (1 - artifact_ratio) / artifact_ratio;
  const auto length = [&rng] { return std::exp(rng.uniform(0, std::log(15.0))); };  // 1 to 15 s
  for (double time = -rng.uniform(0, 15); time < seconds;) {
    time += rest_factor * length();
    const double end = time + length();
    bursts.emplace_back(rng, time, end);
    time = end;
  }
  return bursts;
}

void check_options(const PpgOptions& options) {
  check(options.windows >= 1, "simulate_ppg: windows makes no sense (expected at least 1, got {})", options.windows);
  check(options.window_samples >= 2, "simulate_ppg: window_samples makes no sense (expected at least 2, got {})",
        options.window_samples);
  check(options.windows_per_subject >= 1,
        "simulate_ppg: windows_per_subject makes no sense (expected at least 1, got {})", options.windows_per_subject);
  check(options.rate_hz >= 16 && options.rate_hz <= 1000,
        "simulate_ppg: rate_hz is out of range (expected 16 to 1000 Hz, got {})", options.rate_hz);
  check(options.artifact_ratio >= 0 && options.artifact_ratio <= 0.9,
        "simulate_ppg: artifact_ratio is out of range (expected 0 to 0.9, got {})", options.artifact_ratio);
}

/// Fills `samples` of signal and labels with one recording.
void record(Rng& rng, const PpgOptions& options, std::vector<double>& signal, float* labels) {
  const auto samples = static_cast<int64_t>(signal.size());
  const Subject subject(rng);
  signal = clean_pulses(rng, subject, samples, options.rate_hz);
  for (const Burst& burst : bursts(rng, static_cast<double>(samples) / options.rate_hz, options.artifact_ratio)) {
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(burst.start() * options.rate_hz)));
    const auto last = std::min<int64_t>(samples, static_cast<int64_t>(std::ceil(burst.end() * options.rate_hz)));
    for (int64_t i = first; i < last; ++i) {
      labels[i] = 1;
      signal[i] = burst.disturbed(signal[i] - 0.4, static_cast<double>(i) / options.rate_hz) + 0.4;
    }
  }
  for (int64_t i = 0; i < samples; ++i) {
    const double seconds = static_cast<double>(i) / options.rate_hz;
    const double sum = signal[i] + subject.wander_height * subject.wander.at(seconds) +
                       0.3 * subject.modulation * subject.breath(seconds) + subject.noise_height * rng.normal();
    signal[i] = std::clamp(sum, -2.2, 3.0);  // the amplifier saturates
  }
}

}  // namespace

Dataset simulate_ppg(const PpgOptions& options) {
  check_options(options);
  const int64_t windows = options.windows, samples = options.window_samples;
  Dataset data{.name = "simulated ppg",
               .inputs = at::empty({windows, 1, samples}, at::TensorOptions().dtype(at::kFloat)),
               .targets = at::empty({windows, samples}, at::TensorOptions().dtype(at::kFloat)).zero_(),
               .groups = {},
               .class_names = {"clean", "artifact"},
               .rate_hz = options.rate_hz};
  float* inputs = data.inputs.mutable_data_ptr<float>();
  float* targets = data.targets.mutable_data_ptr<float>();
  Rng seeds(options.seed);
  for (int64_t first = 0; first < windows; first += options.windows_per_subject) {
    // A generator a subject: the first subjects stay the same when more windows are asked for.
    Rng rng(seeds.bits());
    std::vector<double> signal(options.windows_per_subject * samples);
    std::vector<float> labels(signal.size(), 0.0F);
    record(rng, options, signal, labels.data());
    const int64_t last = std::min(windows, first + options.windows_per_subject);
    for (int64_t window = first; window < last; ++window) {
      const int64_t offset = (window - first) * samples;
      waves::digitise(std::span(signal).subspan(offset, samples), inputs + window * samples);
      std::copy_n(labels.begin() + offset, samples, targets + window * samples);
      data.groups.push_back(fmt::format("subject{}", first / options.windows_per_subject + 1));
    }
  }
  return data;
}

}  // namespace lathe
