/// The table of simulators. A new one is a file and a line.
#include <cmath>

#include "lathe/data/simulators/simulators.h"

namespace lathe {

namespace {

constexpr double accelerometer_hz = 30;

Dataset accelerometer(const SimulatedWindows& wanted) {
  AccelerometerOptions options{.seed = wanted.seed, .windows = wanted.windows};
  if (wanted.seconds > 0) options.window_samples = std::llround(wanted.seconds * accelerometer_hz);
  return simulate_accelerometer(options);
}

constexpr Simulator entries[] = {
    {"accelerometer", "wrist accelerometer in g: walk, rest, sleep or gestures, a class a window", accelerometer,
     accelerometer_hz},
    {"electrodermal", "skin conductance after heat stimuli: baseline or one of four levels of pain, a class a window",
     [](const SimulatedWindows& wanted) {
       return simulate_electrodermal({.seed = wanted.seed, .windows = wanted.windows});
     }},
    {"ppg", "wrist photoplethysmogram with motion artifacts, labelled sample by sample",
     [](const SimulatedWindows& wanted) { return simulate_ppg({.seed = wanted.seed, .windows = wanted.windows}); }},
    {"rhythm", "one lead of an electrocardiogram: normal, af or other, a class a window",
     [](const SimulatedWindows& wanted) { return simulate_rhythms({.seed = wanted.seed, .windows = wanted.windows}); }},
};

}  // namespace

const Registry<Simulator>& simulators() {
  static const Registry<Simulator> registry("simulator", entries);
  return registry;
}

}  // namespace lathe
