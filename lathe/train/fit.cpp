#include "lathe/train/fit.h"

#include <ATen/core/grad_mode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/graph/freeze.h"
#include "lathe/kernels/method_guard.h"
#include "lathe/train/callback.h"
#include "lathe/train/checkpoint.h"
#include "lathe/train/fit_settings.h"
#include "lathe/train/gradient.h"

namespace lathe {
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Removes what a killed run was writing when it was killed: write_atomic's temporary files of `path`.
void remove_half_written(const fs::path& path) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(path.filename().string() + ".") && name.ends_with(".tmp")) fs::remove(entry.path(), ignored);
  }
}

/// An objective that looks at outputs alone can be asked about validation rows as well.
std::shared_ptr<const Loss> validation_loss(const FitOptions& options) {
  if (auto own = std::dynamic_pointer_cast<const Loss>(options.objective)) return own;
  return make_loss(options.loss);
}

class Training {
 public:
  Training(Graph& graph, const BatchSource& train, const FitOptions& options, const BatchSource* validation)
      : graph_(graph),
        train_(train),
        options_(options),
        validation_(validation),
        batch_rows_(options.batch == 0 ? train.rows() : std::min(options.batch, train.rows())),
        batches_((train.rows() + batch_rows_ - 1) / batch_rows_),
        loss_(validation_loss(options)),
        objective_(options.objective ? options.objective : loss_),
        optimizer_(options.optimizer),
        schedule_(make_schedule(options.schedule, options.optimizer.learning_rate,
                                per_step() ? options.epochs * batches_ : options.epochs)),
        settings_(fit_settings(graph, train, options, validation)) {
    optimizer_.load_state(options.state);
    if (options.regularizer) options.regularizer->begin(graph);
    const bool resumes = !options.folder.empty() && open_folder();
    if (options.callback) options.callback->begin(graph, resumes);
    if (resumes) load();
    first_step_ = progress_.step;
    seconds_before_ = progress_.seconds;
  }

  FitReport fit() {
    const at::AutoGradMode gradients(true);
    while (!progress_.finished) {
      const std::vector<int64_t> order =
          train_.order(options_.shuffle && batches_ > 1, options_.seed, progress_.epoch, options_.shuffle_buffer);
      const std::span<const int64_t> rows(order);
      const auto batch = [&](int64_t number) {
        const auto begin = static_cast<size_t>(number * batch_rows_);
        return rows.subspan(begin, std::min(static_cast<size_t>(batch_rows_), rows.size() - begin));
      };
      train_.expect(batch(progress_.batch));
      for (const int64_t epoch = progress_.epoch; progress_.epoch == epoch;) {
        step(batch(progress_.batch), progress_.batch + 1 < batches_ ? batch(progress_.batch + 1) : batch(0).first(0));
        if (progress_.batch == batches_) end_epoch();
        if (progress_.finished) break;
        if (options_.stop_requested && options_.stop_requested()) stop();
        if (checkpoint_due()) save();
      }
    }
    check_parameters();
    if (options_.watch.restore_best) restore_best();
    return report();
  }

 private:
  Graph& graph_;
  const BatchSource& train_;
  const FitOptions& options_;
  const BatchSource* validation_;
  int64_t batch_rows_, batches_;
  std::shared_ptr<const Loss> loss_;  ///< on validation rows
  std::shared_ptr<const Objective> objective_;
  Optimizer optimizer_;
  std::unique_ptr<Schedule> schedule_;
  Fingerprint settings_;
  Progress progress_;
  int64_t first_step_ = 0, saved_step_ = -1;
  double seconds_before_ = 0, learning_rate_ = 0;
  Clock::time_point start_ = Clock::now(), saved_at_ = start_;

  bool per_step() const { return options_.schedule_per == "step"; }
  int64_t unit() const { return per_step() ? progress_.step : progress_.epoch; }
  fs::path checkpoint() const { return options_.folder / "checkpoints" / "last.safetensors"; }
  fs::path history() const { return options_.folder / "history.csv"; }

  /// Whether there is a training to go on with.
  bool open_folder() const {
    make_folder(checkpoint().parent_path());
    remove_half_written(checkpoint());
    remove_half_written(history());
    std::error_code error;
    if (!fs::exists(checkpoint(), error)) return false;
    // Or a later --resume would go on with the training before this one.
    check(options_.resume || fs::remove(checkpoint(), error), "{}: cannot be removed ({})", checkpoint().string(),
          error.message());
    return options_.resume;
  }

  void load() {
    const CheckpointTarget target{graph_,
                                  optimizer_,
                                  *schedule_,
                                  {options_.epochs, batches_, patience()},
                                  options_.regularizer.get(),
                                  options_.callback.get()};
    progress_ = load_checkpoint(checkpoint(), target, settings_);
    saved_step_ = progress_.step;
  }

  /// @param next  the rows of the step behind this one, none at an epoch's end
  void step(std::span<const int64_t> rows, std::span<const int64_t> next) {
    learning_rate_ = schedule_->learning_rate(unit());
    TrainingCallback* const callback = options_.callback.get();
    const TrainingTime time{progress_.step + 1, batches_, options_.epochs * batches_};
    GradientOptions how{options_.accumulate, options_.clip_norm, options_.clip_value, next};
    if (callback != nullptr) how.taps = callback->taps(time);
    if (!how.taps.empty()) how.look = [callback](const RunResult& seen) { callback->look(seen); };
    Gradient result;
    try {
      result = gradient(graph_, *objective_, train_, rows, how);
    } catch (const c10::Error& error) {
      fail("train: step {}: {}", progress_.step + 1, first_line(error.what_without_backtrace()));
    }
    check_finite(result);
    if (options_.regularizer) options_.regularizer->add_to_gradients(graph_);
    if (callback != nullptr) callback->before_update(graph_, time);
    optimizer_.step(graph_, learning_rate_);
    if (callback != nullptr) callback->after_update(graph_, optimizer_.state(), time);
    progress_.loss_sum += result.loss * result.weight;
    progress_.weight_sum += result.weight;
    ++progress_.step;
    ++progress_.batch;
    if (options_.on_step) options_.on_step(step_report(result));
  }

  void check_finite(const Gradient& result) const {
    if (std::isfinite(result.loss) && std::isfinite(result.norm)) return;
    const bool loss = !std::isfinite(result.loss);
    double value = loss ? result.loss : result.norm;
    if (std::isnan(value)) value = std::abs(value);  // its sign means nothing
    const std::string last =
        saved_step_ < 0 ? "there is no checkpoint yet"
                        : fmt::format("the last good checkpoint is {} (step {})", checkpoint().string(), saved_step_);
    fail("train: the {} is {} at step {} (epoch {}); {}; lower learning_rate (now {}) or set clip_norm",
         loss ? "loss" : "gradient", value, progress_.step + 1, progress_.epoch + 1, last, learning_rate_);
  }

  /// The last update has no loss behind it that would show what it did.
  void check_parameters() const {
    for (const ConstNamedParam& entry : named_params(static_cast<const Graph&>(graph_)))
      check(!entry.param->value.is_floating_point() || entry.param->value.isfinite().all().item<bool>(),
            "train: '{}' is not finite after the last step; lower learning_rate (now {}) or set clip_norm", entry.name,
            learning_rate_);
  }

  StepReport step_report(const Gradient& result) const {
    const int64_t steps = options_.epochs * batches_, here = progress_.step - first_step_;
    const double each = seconds_since(start_) / static_cast<double>(here);
    return {.step = progress_.step,
            .steps = steps,
            .epoch = progress_.epoch + 1,
            .epochs = options_.epochs,
            .loss = result.loss,
            .learning_rate = learning_rate_,
            .gradient_norm = result.norm,
            .rows_per_second = static_cast<double>(train_.rows()) / static_cast<double>(batches_) / each,
            .eta_seconds = each * static_cast<double>(steps - progress_.step)};
  }

  void end_epoch() {
    HistoryRow row{.epoch = progress_.epoch + 1,
                   .step = progress_.step,
                   .loss = progress_.loss_sum / progress_.weight_sum,
                   .learning_rate = learning_rate_};
    if (validation_ != nullptr) watch(row);
    schedule_->observe(per_step() ? progress_.step - 1 : progress_.epoch,
                       validation_ != nullptr ? row.validation_loss : row.loss);
    if (options_.regularizer) options_.regularizer->end_epoch(graph_);
    row.seconds = seconds_before_ + seconds_since(start_);
    progress_.history.push_back(row);
    progress_.loss_sum = progress_.weight_sum = 0;
    progress_.batch = 0;
    ++progress_.epoch;
    const bool given_up = patience() > 0 && settled() && progress_.epoch - progress_.best_epoch >= patience();
    progress_.finished = progress_.epoch == options_.epochs || given_up;
    if (progress_.finished) save();
  }

  int64_t patience() const { return validation_ == nullptr ? 0 : options_.watch.patience; }

  TrainingTime time() const {
    return {.step = progress_.step, .epoch_steps = batches_, .steps = options_.epochs * batches_};
  }
  bool settled() const { return !options_.callback || options_.callback->settled(time()); }

  /// Looks at the validation rows; an epoch that is better than all before it is remembered.
  void watch(HistoryRow& row) {
    const Watch& watch = options_.watch;
    row.validation_loss = mean_loss(graph_, *loss_, *validation_, batch_rows_);
    if (watch.value) row.validation_metric = watch.value(graph_);
    const double value = watch.value ? row.validation_metric : row.validation_loss;
    const double gain = watch.larger_is_better ? value - progress_.best_value : progress_.best_value - value;
    if (!settled() || std::isnan(value) || (progress_.best_epoch > 0 && !(gain > watch.min_delta))) return;
    progress_.best_epoch = row.epoch;
    progress_.best_value = value;
    if (!watch.restore_best) return;
    for (const ConstNamedParam& entry : named_params(static_cast<const Graph&>(graph_)))
      progress_.best[entry.name] = entry.param->value.detach().clone();
  }

  void restore_best() {
    const at::NoGradGuard no_gradients;
    for (const NamedParam& entry : named_params(graph_))
      if (const auto best = progress_.best.find(entry.name); best != progress_.best.end())
        entry.param->value.copy_(best->second);
  }

  bool checkpoint_due() const {
    return (options_.checkpoint_seconds > 0 && seconds_since(saved_at_) >= options_.checkpoint_seconds) ||
           (options_.checkpoint_steps > 0 && progress_.step % options_.checkpoint_steps == 0);
  }

  void save() {
    progress_.seconds = seconds_before_ + seconds_since(start_);
    if (options_.folder.empty()) return;
    progress_.schedule = schedule_->state();
    if (options_.regularizer) progress_.regularizer = options_.regularizer->state();
    if (options_.callback) progress_.callback = options_.callback->state();
    save_checkpoint(checkpoint(), graph_, optimizer_, progress_, settings_);
    write_history(history(), progress_.history);
    saved_step_ = progress_.step;
    saved_at_ = Clock::now();
  }

  [[noreturn]] void stop() {
    save();
    fail_as(ExitCode::interrupted, "train: interrupted after step {} of {}; {}", progress_.step,
            options_.epochs * batches_,
            options_.folder.empty() ? "nothing was kept, for there is no folder" : "go on with --resume");
  }

  FitReport report() {
    if (!options_.folder.empty()) write_history(history(), progress_.history);
    return {.history = progress_.history,
            .epochs = progress_.epoch,
            .steps = progress_.step,
            .loss = progress_.history.back().loss,
            .seconds = progress_.seconds,
            .epoch_seconds_median = epoch_seconds_median(progress_.history),
            .resumed_from_step = first_step_,
            .best_epoch = progress_.best_epoch,
            .best_value = progress_.best_value,
            .stopped_early = progress_.epoch < options_.epochs,
            .state = optimizer_.state()};
  }
};

}  // namespace

FitReport fit(Graph& graph, const BatchSource& train, const FitOptions& options, const BatchSource* validation) {
  const FreezeGuard guard(graph);
  if (!options.freeze.empty()) within("train", [&] { freeze(graph, options.freeze); });
  check_fit_options(graph, options);
  const KernelMethodGuard method(kernel_method(options.kernel_method));
  return Training(graph, train, options, validation).fit();
}

}  // namespace lathe
