/// Pretext tasks: what is done to a window so that a network can be asked whether it was done. One file a kind in
/// tasks/, one line in registry.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lathe/base/registry.h"
#include "lathe/base/rng.h"

namespace lathe {

/// One task of a pretraining, as it was asked for. Settings that a kind does not read are listed in its entry.
struct TaskOptions {
  std::string kind = "arrow_of_time";
  double weight = 1;         ///< of its loss among the tasks' losses
  int64_t segments = 4;      ///< permutation: parts that change places
  int64_t longer_than = 10;  ///< permutation: samples; every part has more
  int64_t knots = 6;         ///< time_warp: of the spline that is time's speed
  double deviation = 0.2;    ///< time_warp: of the speed at a knot, around 1
  double least = 0.15;       ///< scale: by how much an axis' factor differs from 1 at least
  double most = 0.5;         ///< scale: and at most
};

/// Of one window, [C, T].
struct WindowSize {
  int64_t channels = 0, samples = 0;
};

class PretextTask {
 public:
  virtual ~PretextTask() = default;
  /// Changes the window in place. @param window  channel after channel, of the size that the task was made for
  virtual void apply(std::span<float> window, Rng& rng) const = 0;
};

struct PretextTaskEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< that it reads besides weight
  std::string_view head;      ///< what the published network calls the layer that answers
  /// @throws Error (usage) for a setting out of range; Error for windows that it cannot change
  std::unique_ptr<PretextTask> (*make)(const TaskOptions& options, WindowSize size);
};

/// In the order in which they are applied to a window, each by itself with the same chance.
const Registry<PretextTaskEntry>& pretext_tasks();

/// The options' task. @throws Error (usage) for an unknown kind or a setting out of range, Error for such windows
std::unique_ptr<PretextTask> make_pretext_task(const TaskOptions& options, WindowSize size);

/// What would be refused whatever the windows are. @throws Error (usage)
void check_task(const TaskOptions& options);

}  // namespace lathe
