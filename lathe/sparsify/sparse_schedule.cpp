/// When sparse training changes connections, and its settings by name.
#include <cmath>
#include <numbers>

#include "lathe/base/text.h"
#include "lathe/sparsify/sparse_training.h"

namespace lathe {

int64_t SparseTraining::last_update(const TrainingTime& time) const {
  if (options_.rounds > 0) return options_.rounds * (time.steps / (options_.rounds + 1));
  if ((options_.prune.empty() || options_.group > 0) && options_.filter_keep == 0) return 0;
  const auto until = static_cast<int64_t>(options_.until * static_cast<double>(time.steps));
  const int64_t last = options_.as_published ? time.steps : time.steps - 1;  // behind the last step nothing learns
  return std::min(until, last) / unit(time) * unit(time);
}

int64_t SparseTraining::unit(const TrainingTime& time) const {
  if (options_.rounds > 0) return time.steps / (options_.rounds + 1);
  return options_.every * (options_.per == "epoch" ? time.epoch_steps : 1);
}

bool SparseTraining::due(const TrainingTime& time) const {
  return time.step <= last_update(time) && time.step % unit(time) == 0;
}

bool SparseTraining::settled(const TrainingTime& time) const {
  const bool keeps_count = !options_.gradual && options_.rounds == 0 && options_.filter_keep == 0;
  return keeps_count || time.step >= last_update(time);
}

void SparseTraining::check_updates(const TrainingTime& time) const {
  const bool renews =
      options_.rounds > 0 || options_.filter_keep > 0 || (!options_.prune.empty() && options_.group == 0);
  if (!renews || last_update(time) > 0) return;
  if (options_.rounds > 0)
    fail_as(ExitCode::usage, "sparsify: rounds is {} (expected at most {} in a training of {} steps)", options_.rounds,
            time.steps - 1, time.steps);
  fail_as(ExitCode::usage,
          "sparsify: connections would never change: the first update is due behind step {}, and of {} steps the last "
          "that may have one is {}; train longer, or set update_every or update_per",
          unit(time), time.steps, static_cast<int64_t>(options_.until * static_cast<double>(time.steps)));
}

double SparseTraining::share_at(const TrainingTime& time) const {
  if (options_.schedule == "constant") return options_.share;
  const double done = static_cast<double>(time.step) / (options_.until * static_cast<double>(time.steps));
  return options_.share * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, done)));
}

std::map<std::string, std::string> SparseTraining::settings() const {
  const SparsityOptions& o = options_;
  std::map<std::string, std::string> all = {{"sparse layers", join(o.layers)},
                                            {"distribution", o.distribution},
                                            {"start", o.start},
                                            {"prune", o.prune},
                                            {"grow", o.grow},
                                            {"share_schedule", o.schedule},
                                            {"update_per", o.per},
                                            {"strength", o.strength.kind},
                                            {"collect", o.collect}};
  const auto add = [&](const char* name, const auto& value) { all[name] = fmt::format("{}", value); };
  add("density", o.density);
  add("share", o.share);
  add("until", o.until);
  add("update_every", o.every);
  add("gradual", o.gradual);
  add("kept", o.kept_of_group);
  add("groups_of", o.group);
  add("rounds", o.rounds);
  add("filter_keep", o.filter_keep);
  add("filter_grow", o.filter_grow);
  add("as_published", o.as_published);
  add("deviations", o.strength.deviations);
  add("average_decay", o.average_decay);
  add("look_every", o.look_every);
  add("scale_weights", o.scale_weights);
  add("sparse seed", o.seed);
  return all;
}

}  // namespace lathe
