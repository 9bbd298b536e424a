/// A wrist accelerometer through walking, rest, sleep and gestures: gravity in a frame that turns, and what the arm
/// adds.
#include <ATen/ops/empty.h>

#include <array>

#include "lathe/base/errors.h"
#include "lathe/data/simulators/simulators.h"
#include "lathe/data/simulators/waves.h"

namespace lathe {

namespace {

using waves::Noise;

constexpr double rate_hz = 30;
constexpr int64_t classes = 4;
constexpr int64_t bout_windows = 3;  // of one activity on end
constexpr double steps_per_g = 512;  // of the sensor
constexpr double full_scale_g = 8;

enum Activity : int64_t { walk, rest, sleep, gestures };

using Vector = std::array<double, 3>;

Vector direction(Rng& rng) {
  const double up = rng.uniform(-1, 1), turn = rng.uniform(0, 2 * std::numbers::pi), flat = std::sqrt(1 - up * up);
  return {flat * std::cos(turn), flat * std::sin(turn), up};
}

void add(Vector& sum, const Vector& along, double height) {
  for (size_t axis = 0; axis < 3; ++axis) sum[axis] += height * along[axis];
}

/// How someone moves, and how the sensor sits on the wrist.
struct Subject {
  explicit Subject(Rng& rng)
      : cadence_hz(rng.uniform(1.45, 2.15)),
        step_g(0.1 * std::pow(4, rng.uniform())),
        swing_g(rng.uniform(0.03, 0.35)),
        vigour(0.5 * std::pow(4, rng.uniform())),
        restless_hz(0.02 * std::pow(10, rng.uniform())),
        noise_g(rng.uniform(0.003, 0.012)),
        side(rng.chance(0.2) ? -1 : 1),
        tilt(rng.normal(0, 0.25)) {
    for (double& share : harmonics) share = rng.uniform(0.15, 1);
  }
  double cadence_hz, step_g, swing_g, vigour, restless_hz, noise_g, side, tilt;
  std::array<double, 3> harmonics{};

  /// From the arm's frame to the sensor's: the other wrist, and a strap that has slipped.
  Vector worn(const Vector& arm) const {
    const double c = std::cos(tilt), s = std::sin(tilt);
    return {side * arm[0], c * arm[1] - s * arm[2], s * arm[1] + c * arm[2]};
  }
};

/// Where gravity points in the arm's frame: two angles that wander.
struct Posture {
  double pitch = 0, roll = 0, wander = 0;
  Vector gravity(double pitch_drift, double roll_drift) const {
    const double p = pitch + wander * pitch_drift, r = roll + wander * roll_drift;
    return {std::sin(p), std::cos(p) * std::sin(r), std::cos(p) * std::cos(r)};
  }
};

Posture posture_of(Rng& rng, Activity activity) {
  if (activity == walk) return {rng.normal(1.2, 0.25), rng.normal(0, 0.4), 0.15};  // the arm hangs
  if (activity == gestures) return {rng.normal(0.3, 0.4), rng.normal(0, 0.5), rng.uniform(0.15, 0.7)};
  if (activity == rest) return {rng.normal(0.1, 0.35), rng.normal(0, 0.5), 0.05};
  return {rng.uniform(-1.2, 1.2), rng.uniform(-std::numbers::pi, std::numbers::pi), 0.015};
}

/// One smooth push of the arm and what stops it, which takes longer and is weaker: afterwards the arm is at rest again.
/// Time has a direction in it, as in people's movements.
struct Push {
  double at, width, height;
  Vector along;
  double value(double seconds) const {
    const double stretch = seconds < at ? 1 : 2.5, distance = (seconds - at) / (stretch * width);
    return std::abs(distance) > 4 ? 0 : -height / stretch * distance * std::exp(0.5 - 0.5 * distance * distance);
  }
};

std::vector<Push> pushes(Rng& rng, double seconds, double per_second, double height) {
  std::vector<Push> all;
  for (double time = 0; (time -= std::log(1 - rng.uniform()) / per_second) < seconds;)
    all.push_back({time, rng.uniform(0.08, 0.35), height * std::pow(4, rng.uniform(-1, 0)), direction(rng)});
  return all;
}

/// The arm goes somewhere, stays a while and comes back, slower than it went.
struct Reach {
  double at, stays, pitch, roll;
  double part(double seconds) const {
    const double goes = 0.35, returns = 1.2, since = seconds - at;
    const double done = since < goes + stays ? since / goes : 1 - (since - goes - stays) / returns;
    const double bounded = std::clamp(done, 0.0, 1.0);
    return bounded * bounded * (3 - 2 * bounded);
  }
};

std::vector<Reach> reaches(Rng& rng, double seconds, double per_second) {
  std::vector<Reach> all;
  for (double time = -1; (time -= std::log(1 - rng.uniform()) / per_second) < seconds;)
    all.push_back({time, rng.uniform(0.1, 1.5), rng.normal(0, 0.6), rng.normal(0, 0.6)});
  return all;
}

/// Strides: the arm swings once in two steps, and every step shakes it: a blow when the heel strikes that rings and
/// fades.
struct Strides {
  Strides(Rng& rng, const Subject& subject)
      : cadence_hz(subject.cadence_hz * rng.uniform(0.93, 1.07)), swing(direction(rng)), pace(rng, 0.02, 0.3, 1, 8) {
    for (Vector& axis : along) axis = direction(rng);
    for (double& one : phase) one = rng.uniform(0, 2 * std::numbers::pi);
  }
  /// @param up  where gravity shows: the ground hits back along it
  Vector at(double seconds, const Subject& subject, const Vector& up) const {
    Vector sum = {};
    const double turns = 2 * std::numbers::pi * cadence_hz * seconds + 0.8 * pace.at(seconds);
    add(sum, swing, subject.swing_g * std::sin(turns / 2));
    const double step = turns / (2 * std::numbers::pi), since = (step - std::floor(step)) / cadence_hz;
    add(sum, up,
        2 * subject.step_g * std::exp(-since / fades_seconds) * std::cos(2 * std::numbers::pi * rings_hz * since));
    for (size_t k = 0; k < 3; ++k)
      add(sum, along[k],
          0.5 * subject.step_g * subject.harmonics[k] * std::sin(static_cast<double>(k + 1) * turns + phase[k]));
    return sum;
  }
  static constexpr double fades_seconds = 0.09, rings_hz = 6;
  double cadence_hz;
  Vector swing;
  Noise pace;
  std::array<Vector, 3> along{};
  std::array<double, 3> phase{};
};

/// Moments at which a sleeper turns over, or nobody does.
std::vector<double> turns_of(Rng& rng, Activity activity, double seconds) {
  std::vector<double> moments;
  if (activity != sleep) return moments;
  for (double time = 0; (time -= std::log(1 - rng.uniform()) * 400) < seconds;) moments.push_back(time);
  return moments;
}

/// A bout of one activity: `samples` of [3] each, interleaved.
std::vector<double> bout(Rng& rng, const Subject& subject, Activity activity, int64_t samples) {
  const double seconds = static_cast<double>(samples) / rate_hz;
  const Noise pitch(rng, 0.004, activity == gestures ? 0.6 : 0.05, 1, 10), roll(rng, 0.004, 0.05, 1, 10);
  const Strides strides(rng, subject);
  const double breath_hz = rng.uniform(0.18, 0.32), breath_g = rng.uniform(0.001, 0.006);
  const bool rhythmic = activity == gestures && rng.chance(0.3);  // stirring, brushing, waving
  const double rhythm_hz = rng.uniform(1.2, 3.5), rhythm_g = subject.vigour * rng.uniform(0.05, 0.25);
  const Vector rhythm = direction(rng), breath = direction(rng);
  const double per_second = activity == gestures ? rng.uniform(0.3, 1.2)
                            : activity == rest   ? subject.restless_hz
                            : activity == walk   ? 0.05
                                                 : 0.004;
  const std::vector<Push> moved = pushes(rng, seconds, per_second,
                                         subject.vigour * (activity == gestures ? 0.7
                                                           : activity == walk   ? 0.5
                                                                                : 0.25));
  const std::vector<Reach> reached = reaches(rng, seconds,
                                             activity == gestures ? rng.uniform(0.2, 0.5)
                                             : activity == rest   ? 0.5 * subject.restless_hz
                                                                  : 0.002);
  const std::vector<double> turned = turns_of(rng, activity, seconds);
  std::vector<Posture> postures;
  for (size_t i = 0; i <= turned.size(); ++i) postures.push_back(posture_of(rng, activity));
  std::vector<double> signal;
  for (int64_t i = 0; i < samples; ++i) {
    const double time = static_cast<double>(i) / rate_hz;
    size_t now = 0;
    while (now < turned.size() && turned[now] <= time) ++now;
    Posture posture = postures[now];
    if (now > 0) {  // a second and a half to turn over
      const double done = std::min(1.0, (time - turned[now - 1]) / 1.5), part = done * done * (3 - 2 * done);
      posture.pitch = postures[now - 1].pitch + part * (posture.pitch - postures[now - 1].pitch);
      posture.roll = postures[now - 1].roll + part * (posture.roll - postures[now - 1].roll);
    }
    for (const Reach& reach : reached) {
      posture.pitch += reach.pitch * reach.part(time);
      posture.roll += reach.roll * reach.part(time);
    }
    Vector arm = posture.gravity(pitch.at(time), roll.at(time));
    if (activity == walk) add(arm, strides.at(time, subject, arm), 1);
    if (rhythmic) add(arm, rhythm, rhythm_g * std::sin(2 * std::numbers::pi * rhythm_hz * time));
    add(arm, breath, breath_g * std::sin(2 * std::numbers::pi * breath_hz * time));
    for (const Push& push : moved) add(arm, push.along, push.value(time));
    for (const double one : subject.worn(arm)) signal.push_back(one + subject.noise_g * rng.normal());
  }
  return signal;
}

void check_options(const AccelerometerOptions& options) {
  check(options.windows >= 1, "simulate_accelerometer: windows makes no sense (expected at least 1, got {})",
        options.windows);
  check(options.window_samples >= 2,
        "simulate_accelerometer: window_samples makes no sense (expected at least 2, got {})", options.window_samples);
  check(options.windows_per_subject >= 1,
        "simulate_accelerometer: windows_per_subject makes no sense (expected at least 1, got {})",
        options.windows_per_subject);
}

}  // namespace

Dataset simulate_accelerometer(const AccelerometerOptions& options) {
  check_options(options);
  const int64_t length = options.window_samples;
  Dataset data{.name = "simulated wrist accelerometer",
               .inputs = at::empty({options.windows, 3, length}, at::TensorOptions().dtype(at::kFloat)),
               .targets = at::empty({options.windows}, at::TensorOptions().dtype(at::kLong)),
               .groups = {},
               .class_names = {"walk", "rest", "sleep", "gestures"},
               .rate_hz = rate_hz,
               .times = at::empty({options.windows}, at::TensorOptions().dtype(at::kDouble))};
  auto* out = data.inputs.mutable_data_ptr<float>();
  Rng seeds(options.seed);
  for (int64_t first = 0; first < options.windows; first += options.windows_per_subject) {
    Rng rng(seeds.bits());  // a generator a subject: the first stay the same when more windows are asked for
    const Subject subject(rng);
    std::array<Activity, classes> order = {walk, rest, sleep, gestures};
    std::vector<double> signal;
    const int64_t last = std::min(options.windows, first + options.windows_per_subject);
    for (int64_t window = first; window < last; ++window) {
      const int64_t mine = window - first, inside = mine % bout_windows, at = mine / bout_windows % classes;
      if (inside == 0 && at == 0)
        for (int64_t i = classes - 1; i > 0; --i)
          std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(rng.below(i + 1))]);
      const Activity activity = order[static_cast<size_t>(at)];
      if (inside == 0) signal = bout(rng, subject, activity, bout_windows * length);
      data.targets.mutable_data_ptr<int64_t>()[window] = activity;
      data.times.mutable_data_ptr<double>()[window] = static_cast<double>(mine * length) / rate_hz;
      data.groups.push_back(fmt::format("subject{}", first / options.windows_per_subject + 1));
      for (int64_t axis = 0; axis < 3; ++axis)
        for (int64_t i = 0; i < length; ++i) {
          // Steps of the sensor, exact in float32: they hide the last bits in which machines' sin and exp differ.
          const double value = signal[static_cast<size_t>(3 * (inside * length + i) + axis)];
          *out++ = static_cast<float>(std::round(std::clamp(value, -full_scale_g, full_scale_g) * steps_per_g) /
                                      steps_per_g);
        }
    }
  }
  return data;
}

}  // namespace lathe
