/// Simulated recordings with known labels, for a first run without any download. Stand-ins, not models of patients.
/// The models and their sources: docs/simulators.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "lathe/base/registry.h"
#include "lathe/data/dataset.h"

namespace lathe {

/// Wrist photoplethysmogram with motion artifacts.
struct PpgOptions {
  uint64_t seed = 0;
  int64_t windows = 120;
  int64_t window_samples = 1920;
  double rate_hz = 64;
  int64_t windows_per_subject = 6;  ///< consecutive windows of one recording; the last subject may have fewer
  double artifact_ratio = 0.5;      ///< of all samples, in expectation; 0 to 0.9
};
/// inputs [N, 1, T] float32, each window in [0, 1]; targets [N, T] float32, 1 = artifact; a group is a subject.
Dataset simulate_ppg(const PpgOptions& options);

/// Single-lead electrocardiogram of three rhythm classes.
struct RhythmOptions {
  uint64_t seed = 0;
  int64_t windows = 300;
  int64_t windows_per_record = 3;  ///< consecutive windows of one recording; the last record may have fewer
};
/// inputs [N, 1, 640] float32 at 64 Hz, 1 to 10 Hz; targets [N] int64: normal, af, other; a group is a record.
Dataset simulate_rhythms(const RhythmOptions& options);

/// Skin conductance after heat stimuli, in five classes.
struct ElectrodermalOptions {
  uint64_t seed = 0;
  int64_t windows = 400;
  int64_t windows_per_subject = 20;  ///< every class in turn, in random order; the last subject may have fewer
  double missing_ratio = 0.05;       ///< of windows that miss some samples (NaN), in expectation; 0 to 1
};
/// inputs [N, 1, 2816] float32, microsiemens at 512 Hz, some NaN; targets [N] int64: baseline, pain1 to pain4; a group
/// is a subject.
Dataset simulate_electrodermal(const ElectrodermalOptions& options);

/// A wrist accelerometer through four activities.
struct AccelerometerOptions {
  uint64_t seed = 0;
  int64_t windows = 480;
  int64_t window_samples = 300;
  int64_t windows_per_subject = 24;  ///< bouts of three windows, every class in turn; the last subject may have fewer
};
/// inputs [N, 3, T] float32, g at 30 Hz; targets [N] int64: walk, rest, sleep, gestures; a group is a subject.
Dataset simulate_accelerometer(const AccelerometerOptions& options);

/// What all simulators can be asked for; everything else is at its default.
struct SimulatedWindows {
  int64_t windows = 120;
  uint64_t seed = 0;
  double seconds = 0;  ///< of a window; 0: the simulator's own, and the only one unless it says `any_length`
};

struct Simulator {
  std::string_view name;
  std::string_view summary;
  Dataset (*simulate)(const SimulatedWindows& wanted);
  double rate_hz = 0;  ///< of a simulator that makes windows of any length
  bool any_length() const { return rate_hz > 0; }
};

/// "accelerometer", "electrodermal", "ppg", "rhythm".
const Registry<Simulator>& simulators();

}  // namespace lathe
