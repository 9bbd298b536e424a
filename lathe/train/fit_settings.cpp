#include "lathe/train/fit_settings.h"

#include <algorithm>

#include "lathe/base/files.h"
#include "lathe/graph/freeze.h"
#include "lathe/train/callback.h"

namespace lathe {
namespace {

/// 16 digits that change with the nodes, their attributes, the tensors' shapes and what is frozen.
std::string graph_hash(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    text += fmt::format("{} {} {} {};", node.name, node.op->kind(), node.op->attributes().text(),
                        fmt::join(node.inputs, ","));
    for (const Param& param : node.params)
      text += fmt::format("{} {} {} {}{};", param.name, fmt::join(param.value.sizes(), ","),
                          c10::toString(param.value.scalar_type()), param.value.requires_grad(),
                          param.frozen ? " frozen" : "");
  }
  text += fmt::format("{}", fmt::join(graph.outputs, ","));
  return content_hash(std::as_bytes(std::span<const char>(text)));
}

/// "0.001", and behind it the factors: one setting, so that a checkpoint of before there were any still fits.
std::string rates_text(const OptimizerOptions& optimizer) {
  std::string text = fmt::format("{}", optimizer.learning_rate);
  for (const auto& [glob, factor] : optimizer.learning_rates) text += fmt::format(" ({} times {})", glob, factor);
  return text;
}

/// "63 of 67 parameters frozen"; nothing where all train.
std::string frozen_text(const Graph& graph) {
  int64_t all = 0, frozen = 0;
  for (const ConstNamedParam& entry : named_params(graph)) {
    if (entry.param->buffer) continue;
    ++all;
    if (!entry.param->value.requires_grad()) ++frozen;
  }
  return frozen == 0 ? "" : fmt::format(" with {} of {} parameters frozen", frozen, all);
}

}  // namespace

void check_fit_options(const Graph& graph, const FitOptions& options) {
  const auto at_least = [](std::string_view name, auto value, auto least) {
    if (!(value >= least)) fail_as(ExitCode::usage, "train: {} is {} (expected at least {})", name, value, least);
  };
  at_least("epochs", options.epochs, 1);
  at_least("batch", options.batch, 0);
  at_least("accumulate", options.accumulate, 1);
  at_least("shuffle_buffer", options.shuffle_buffer, 0);
  at_least("clip_norm", options.clip_norm, 0.0);
  at_least("clip_value", options.clip_value, 0.0);
  at_least("checkpoint_seconds", options.checkpoint_seconds, 0.0);
  at_least("checkpoint_steps", options.checkpoint_steps, 0);
  at_least("patience", options.watch.patience, 0);
  at_least("min_delta", options.watch.min_delta, 0.0);
  if (options.schedule_per != "epoch" && options.schedule_per != "step")
    fail_as(ExitCode::usage, "train: schedule_per is '{}' (expected 'epoch' or 'step')", options.schedule_per);
  const std::vector<ConstNamedParam> params = named_params(graph);
  check(std::any_of(params.begin(), params.end(),
                    [](const auto& entry) { return !entry.param->buffer && entry.param->value.requires_grad(); }),
        "train: nothing to train, for every parameter is frozen or there is none");
  within("learning_rates", [&] {
    for (const auto& rate : options.optimizer.learning_rates) check_param_globs(graph, {rate.first});
  });
  const std::string mismatch = options.objective ? std::string() : loss_mismatch(graph, options.loss.kind);
  check(mismatch.empty(), "train: {}", mismatch);
}

Fingerprint fit_settings(const Graph& graph, const BatchSource& train, const FitOptions& options,
                         const BatchSource* validation) {
  const OptimizerOptions& optimizer = options.optimizer;
  const ScheduleOptions& schedule = options.schedule;
  Fingerprint all;
  const auto add = [&](std::string name, const auto& value) {
    all.emplace_back(std::move(name), fmt::format("{}", value));
  };
  const auto add_optional = [&](std::string name, const std::optional<double>& value) {
    all.emplace_back(std::move(name), value ? fmt::format("{}", *value) : "default");
  };
  add("graph", graph_hash(graph) + frozen_text(graph));
  add("rows", train.rows());
  add("validation_rows", validation == nullptr ? 0 : validation->rows());
  add("data", options.data_id);
  add("loss", options.objective ? options.objective->settings() : options.loss.kind);
  add("class_weights", fmt::format("{}", fmt::join(options.loss.class_weights, " ")));
  add("optimizer", optimizer.kind);
  add("learning_rate", rates_text(optimizer));
  add_optional("weight_decay", optimizer.weight_decay);
  add("momentum", optimizer.momentum);
  add("dampening", optimizer.dampening);
  add("nesterov", optimizer.nesterov);
  add("beta1", optimizer.beta1);
  add("beta2", optimizer.beta2);
  add("epsilon", optimizer.epsilon);
  add("amsgrad", optimizer.amsgrad);
  if (options.regularizer) add("regularizer", options.regularizer->settings());
  if (options.callback)
    for (const auto& [name, value] : options.callback->settings()) add(name, value);
  add("schedule", schedule.kind);
  add("schedule_per", options.schedule_per);
  add("start_factor", schedule.start_factor);
  add("end_factor", schedule.end_factor);
  add("length", schedule.length);
  add("every", schedule.every);
  add_optional("decay", schedule.decay);
  add("ramp_until", schedule.ramp_until);
  add("flat_until", schedule.flat_until);
  add("down_until", schedule.down_until);
  add("patience", schedule.patience);
  add("threshold", schedule.threshold);
  add("cooldown", schedule.cooldown);
  add("minimum", schedule.minimum);
  add("warmup", schedule.warmup);
  add("warmup_factor", schedule.warmup_factor);
  add("epochs", options.epochs);
  add("batch", options.batch);
  add("accumulate", options.accumulate);
  add("shuffle", options.shuffle_buffer > 0 ? fmt::format("{} (buffer of {})", options.shuffle, options.shuffle_buffer)
                                            : fmt::format("{}", options.shuffle));
  add("clip_norm", options.clip_norm);
  add("clip_value", options.clip_value);
  add("seed", options.seed);
  if (validation != nullptr) {
    add("monitor", options.watch.name);
    add("watch_patience", options.watch.patience);
    add("min_delta", options.watch.min_delta);
    add("restore_best", options.watch.restore_best);
  }
  add("kernel_method", options.kernel_method);
  return all;
}

}  // namespace lathe
