/// The learning rate as a function of time. A unit of time is an epoch or a step, as the training loop counts; formulas
/// are in docs/training.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lathe/base/registry.h"

namespace lathe {

struct ScheduleOptions {
  std::string kind = "constant";     ///< constant | linear | step | cosine | exponential | warmup | plateau
  double start_factor = 1;           ///< linear: factor at time 0
  double end_factor = 0;             ///< linear, cosine, warmup: factor at the end
  int64_t length = 0;                ///< linear, cosine: units until the end is reached; 0: the whole training
  int64_t every = 30;                ///< step: units between two decays
  std::optional<double> decay = {};  ///< step, exponential, plateau: factor of one decay; unset: 0.1, exponential 0.95
  int64_t ramp_until = 6;            ///< warmup: end of the exponential ramp
  int64_t flat_until = 20;           ///< warmup: end of the flat part
  int64_t down_until = 30;           ///< warmup: end of the linear way down
  int64_t patience = 10;             ///< plateau: epochs without improvement that are borne
  double threshold = 1e-4;           ///< plateau: relative improvement that counts
  int64_t cooldown = 0;              ///< plateau: epochs after a decay in which none is counted
  double minimum = 0;                ///< plateau: lowest learning rate
  int64_t warmup = 0;                ///< any kind: units of linear warm-up in front of it
  double warmup_factor = 1.0 / 3;    ///< any kind: factor at which that warm-up starts
};

class Schedule {
 public:
  virtual ~Schedule() = default;
  /// The rate of unit t = 0, 1, … . A pure function of t, but for plateau.
  virtual double learning_rate(int64_t t) const = 0;
  /// Told once an epoch what the loss was (of validation where there is one); t is the unit just over. Only plateau
  /// listens.
  virtual void observe(int64_t /*t*/, double /*loss*/) {}
  /// What `observe` has changed; empty for a pure function of t.
  virtual std::vector<double> state() const { return {}; }
  /// @throws Error for a state that `observe` cannot have left
  virtual void load_state(const std::vector<double>& state);
};

struct ScheduleEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< names of the options that only some schedules read, with blanks between
  std::unique_ptr<Schedule> (*make)(const ScheduleOptions& options, double learning_rate, int64_t total);
};
const Registry<ScheduleEntry>& schedules();

/// @param learning_rate  what the factors multiply
/// @param total          units of the whole training
/// @throws Error (usage) for an unknown kind or a setting outside its range
std::unique_ptr<Schedule> make_schedule(const ScheduleOptions& options, double learning_rate, int64_t total);

}  // namespace lathe
